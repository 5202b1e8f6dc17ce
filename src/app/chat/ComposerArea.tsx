// Below the conversation: why a question was not sent, the model's notice, the question's field with a note on model and fee.
import { type JSX, Show } from 'solid-js';
import { answerPrice } from '../../workflows/answers/answerPrice.ts';
import { MAX_ANSWER_TOKENS } from '../../workflows/answers/streamAnswer.ts';
import { t } from '../i18n/t.ts';
import { engineState } from '../state/engine.ts';
import { availableModels } from '../state/models/availableModels.ts';
import { expectedReadiness } from '../state/payments.ts';
import { ErrorCard, formatOpen } from '../ui/index.ts';
import { Composer } from './Composer.tsx';
import { choice } from './choice.ts';
import type { ChatRoom } from './createChatRoom.ts';
import type { ModelLoading } from './createModelLoading.ts';
import { createReadiness } from './createReadiness.ts';
import { ModelNotice } from './ModelNotice.tsx';
import { modelName } from './modelName.ts';
import { stop, writing } from './writing.ts';

export function ComposerArea(properties: {
  readonly room: ChatRoom;
  readonly loading: ModelLoading;
  readonly onSetUp: () => void;
}): JSX.Element {
  const { room, loading } = properties;
  const readyText = (): string => {
    const state = engineState();
    if (state.phase !== 'ready' || !loading.isReady()) return '';
    const device = state.device.architecture === 'cpu' ? t('chat.processorName') : state.device.description;
    return t('chat.ready', { model: modelName(state.modelId), device });
  };
  /** Earlier turns of this chat are not given to the model. */
  const singleTurn = (): boolean =>
    room.chatId() !== undefined && availableModels().find(({ id }) => id === choice().modelId)?.memory === false;
  return (
    <div class="mx-auto grid w-full max-w-3xl gap-3 px-4 pb-3">
      <Show when={room.failure()}>{(error) => <ErrorCard error={error()} onDismiss={room.dismissFailure} />}</Show>
      {/* As high as the loading progress, so that the field below does not move. */}
      <div class={`grid content-end ${loading.isReady() ? '' : 'min-h-[5.125rem]'}`}>
        <ModelNotice loading={loading} adapter={room.adapter()} />
      </div>
      <Composer
        busy={writing() !== undefined}
        disabled={loading.mustDownload() || availableModels().length === 0}
        note={
          <>
            <span>
              {readyText()}
              {singleTurn() ? ` · ${t('chat.single', { model: modelName(choice().modelId) })}` : ''}
            </span>
            <span>
              <FeeNote room={room} onSetUp={properties.onSetUp} />
            </span>
          </>
        }
        onFocus={loading.begin}
        onSend={(question) => void room.send(question)}
        onStop={stop}
      />
    </div>
  );
}

/** The most that the next answer can cost, or why it costs nothing. */
function FeeNote(properties: { readonly room: ChatRoom; readonly onSetUp: () => void }): JSX.Element {
  const { room } = properties;
  const readiness = createReadiness(room.adapter, () => room.asksChain() === true);
  const note = (): JSX.Element => {
    const state = room.asksChain() === false ? expectedReadiness(room.adapter()) : readiness.value();
    if (room.adapter() === undefined) return '';
    if (state === undefined) return t('chat.unpaidReadingShort');
    switch (state.status) {
      case 'ready':
        return t('chat.feeBefore', {
          amount: formatOpen(answerPrice({ price: state.terms.price, tokens: MAX_ANSWER_TOKENS }), 4, 'up'),
        });
      case 'noChain':
        return t('chat.unpaidNoChainShort');
      case 'noModel':
        return t('chat.unpaidNoModelShort');
      case 'free':
        return t('chat.unpaidFreeShort');
      case 'locked':
        return t('chat.unpaidLockedShort');
      case 'trouble':
        return t('chat.unpaidTroubleShort');
      default:
        return (
          <button
            type="button"
            class="min-h-6 font-medium text-accent underline underline-offset-2"
            onClick={() => properties.onSetUp()}
          >
            {state.status === 'exhausted' ? t('chat.topUp') : t('chat.setUp')}
          </button>
        );
    }
  };
  return <>{note()}</>;
}
