// The journal of models: installed ones and those being installed. `src/models` defines the plan of each.
import { database } from './database.ts';
import { guardWrite } from './guard.ts';

export async function readModelPlan<Plan>(id: string): Promise<Plan | undefined> {
  return (await database().models.get(id))?.plan as Plan | undefined;
}

export async function listModelPlans<Plan>(): Promise<Plan[]> {
  return (await database().models.toArray()).map(({ plan }) => plan as Plan);
}

/** Ids of all of them, also of those whose plan cannot be read. */
export async function listModelIds(): Promise<string[]> {
  return await database().models.toCollection().primaryKeys();
}

export async function writeModelPlan(id: string, plan: object): Promise<void> {
  await guardWrite(() => database().models.put({ id, plan }));
}

/** Changes some fields of a plan at once; does nothing when it was deleted meanwhile. */
export async function updateModelPlan(id: string, change: object): Promise<void> {
  await guardWrite(async () => {
    await database()
      .models.where('id')
      .equals(id)
      .modify((record) => {
        record.plan = { ...(record.plan as object), ...change };
      });
  });
}

export async function deleteModelPlan(id: string): Promise<void> {
  await database().models.delete(id);
}
