// Trains runs, one at a time: rows in, adapter out, with every state recorded that a restart needs. It does
// not know workers, tables or files: ports are handed in.
import type { EngineService, TrainEvent } from '../../engine/index.ts';
import { isAbort, TributaryError, toTributaryError } from '../../lib/errors.ts';
import type { Remote } from '../../lib/rpc.ts';
import type { AdapterRecord } from '../../store/index.ts';
import type { StepMeasurement } from './estimateRun.ts';
import type { PreparationStage, PreparedTraining, PrepareTraining } from './prepareTraining.ts';
import { datanetsOf } from './runRecord.ts';
import { runTraining, type TrainingPorts } from './runTraining.ts';
import type { RunSource, TrainingRun } from './trainingRun.ts';
import { stepCount, type TrainingSettings, trainRequest } from './trainingSettings.ts';

/** The run in progress. */
export interface LiveRun {
  readonly run: TrainingRun;
  readonly stage: PreparationStage | 'training';
}

export interface TrainerPorts
  extends Pick<TrainingPorts, 'saveRun' | 'saveCheckpoint' | 'latestCheckpoint' | 'deleteCheckpoints' | 'now'> {
  readonly prepare: PrepareTraining;
  engine(): Pick<Remote<EngineService>, 'train'>;
  saveAdapter(
    record: Omit<AdapterRecord, 'files'>,
    files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>,
  ): Promise<unknown>;
  /** Why files cannot be written here; undefined when they can. */
  fileObstacle(): Promise<TributaryError | undefined>;
  /** Runs `work` while holding the training lock; `isMine` is false when another tab holds it. */
  withTrainingLock<Result>(work: (isMine: boolean) => Promise<Result>): Promise<Result>;
  /** Keeps the device awake while `work` runs, where that is possible: a sleeping device does not train. */
  withWakeLock<Result>(work: () => Promise<Result>): Promise<Result>;
  /** 16 hexadecimal digits. */
  randomId(): string;
  /** Called with every state of the run in progress, and with undefined when it ends. */
  onLive(live: LiveRun | undefined): void;
  /** Called with the error of a run that failed in the engine. */
  onEngineFailure(error: TributaryError): void;
}

export interface NewRun {
  readonly name: string;
  readonly modelId: string;
  readonly modelName: string;
  readonly sources: readonly RunSource[];
  readonly settings: TrainingSettings;
  readonly prepared: PreparedTraining;
}

export interface Trainer {
  /**
   * Records a new run, by `record` where something else changes in the same moment; `resume` starts it. Throws `TRAINING_BUSY`,
   * `STORE_UNAVAILABLE`.
   */
  create(run: NewRun, record?: TrainingPorts['saveRun']): Promise<TrainingRun>;
  /**
   * Works on a run until it ends: from its newest checkpoint, or from the start. Resolves with its last state, which says what
   * went wrong. Throws `TRAINING_BUSY`, `TRAINING_ELSEWHERE`.
   */
  resume(run: TrainingRun): Promise<TrainingRun>;
  /** Stops the run in progress; its last checkpoint stays. */
  cancel(): void;
  /** Trains two steps, measures the second, which is warm, and discards the result. Throws `TRAINING_BUSY`, `TRAINING_ELSEWHERE`. */
  measure(prepared: PreparedTraining, settings: TrainingSettings, signal: AbortSignal): Promise<StepMeasurement>;
}

/** Id of the adapter that a run makes. */
function adapterIdOf(run: TrainingRun): string {
  return `trained-${run.id}`;
}

export function createTrainer(ports: TrainerPorts): Trainer {
  let current: { readonly runId: string; readonly abort: AbortController } | undefined;

  function refuseWhileBusy(): void {
    if (current === undefined) return;
    throw new TributaryError({
      code: 'TRAINING_BUSY',
      message: 'A run is in progress.',
      facts: { runId: current.runId },
      hint: 'Wait for it, or cancel it first; its last checkpoint stays.',
    });
  }

  function exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    return ports.withTrainingLock(async (isMine) => {
      if (isMine) return work();
      throw new TributaryError({
        code: 'TRAINING_ELSEWHERE',
        message: 'Another tab of this browser is training.',
        hint: 'Watch it there, or stop it there first.',
      });
    });
  }

  async function saveAdapter(run: TrainingRun, result: TrainEvent & { kind: 'done' }): Promise<string> {
    const id = adapterIdOf(run);
    await ports.saveAdapter(
      {
        id,
        name: run.name,
        modelId: run.modelId,
        datanetIds: datanetsOf(run),
        createdAt: ports.now(),
        data: { runId: run.id },
      },
      {
        'adapter_config.json': new TextEncoder().encode(JSON.stringify(result.config)),
        'adapter_model.safetensors': result.weights,
      },
    );
    return id;
  }

  async function execute(run: TrainingRun, signal: AbortSignal): Promise<TrainingRun> {
    const show = (next: TrainingRun, stage: LiveRun['stage']): void => ports.onLive({ run: next, stage });
    show(run, 'model');
    let prepared: PreparedTraining;
    try {
      prepared = await ports.prepare(
        { ...run, seed: run.settings.seed },
        { signal, onStage: (stage) => show(run, stage) },
      );
    } catch (error) {
      const stopped = isAbort(error) || signal.aborted;
      const ended: TrainingRun = stopped
        ? { ...run, status: 'cancelled' }
        : { ...run, status: 'failed', error: toTributaryError(error).serialize() };
      await ports.saveRun(ended);
      return ended;
    }
    const { saveRun, saveCheckpoint, latestCheckpoint, deleteCheckpoints, now } = ports;
    const ended = await runTraining({
      run,
      rows: prepared.encoded,
      rowsDigest: prepared.digest,
      ports: {
        train: (request, options) => ports.engine().train(request, options),
        saveRun,
        saveCheckpoint,
        latestCheckpoint,
        deleteCheckpoints,
        saveAdapter,
        now,
      },
      signal,
      onChange: (next) => show(next, 'training'),
    });
    if (ended.error !== undefined) ports.onEngineFailure(TributaryError.deserialize(ended.error));
    return ended;
  }

  return {
    async create({ prepared, ...chosen }, record = ports.saveRun) {
      refuseWhileBusy();
      const obstacle = await ports.fileObstacle();
      if (obstacle !== undefined) {
        throw new TributaryError({
          code: 'STORE_UNAVAILABLE',
          message: 'This browser does not let the page keep files, and a training needs a place for its adapter.',
          hint: 'Update the browser, or leave private browsing.',
          cause: obstacle,
        });
      }
      const now = ports.now();
      const run: TrainingRun = {
        id: ports.randomId(),
        ...chosen,
        rowsDigest: prepared.digest,
        rowCount: prepared.trained.length,
        status: 'running',
        totalSteps: stepCount(chosen.settings, prepared.encoded.length),
        losses: [],
        tokens: 0,
        milliseconds: 0,
        checkpointStep: 0,
        createdAt: now,
        updatedAt: now,
      };
      await record(run);
      return run;
    },
    async resume(run) {
      refuseWhileBusy();
      const abort = new AbortController();
      current = { runId: run.id, abort };
      try {
        return await exclusively(() => ports.withWakeLock(() => execute(run, abort.signal)));
      } finally {
        current = undefined;
        ports.onLive(undefined);
      }
    },
    cancel: () => current?.abort.abort(),
    async measure({ encoded }, settings, signal) {
      refuseWhileBusy();
      const { checkpointEvery: _, ...request } = trainRequest({ ...settings, maxSteps: 2 }, encoded);
      let measured: StepMeasurement = { tokens: 0, milliseconds: 0 };
      await exclusively(async () => {
        for await (const event of ports.engine().train(request, { signal })) {
          if (event.kind === 'step') measured = { tokens: event.tokens, milliseconds: event.milliseconds };
        }
      });
      return measured;
    },
  };
}
