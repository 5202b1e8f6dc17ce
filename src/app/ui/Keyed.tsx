// A list whose rows are told apart by a key. Tables and queries give new objects for records that have not changed: with `For`, which
// goes by the objects, their rows would be made anew, and with them go the focus and a press that has begun.
import { type Accessor, createMemo, For, type JSX } from 'solid-js';

/** Items by key. One that repeats the key of another is shown all the same. */
function byKey<Item>(items: readonly Item[], keyOf: (item: Item) => string | number): ReadonlyMap<string, Item> {
  const found = new Map<string, Item>();
  for (const item of items) {
    let key = String(keyOf(item));
    while (found.has(key)) key += '+';
    found.set(key, item);
  }
  return found;
}

/** A row stays the same elements as long as an item of its key is there; what it reads of `item` follows the item. */
export function Keyed<Item>(properties: {
  readonly each: readonly Item[] | undefined;
  readonly by: (item: Item) => string | number;
  readonly fallback?: JSX.Element;
  readonly children: (item: Accessor<Item>) => JSX.Element;
}): JSX.Element {
  const items = createMemo(() => byKey(properties.each ?? [], properties.by));
  return (
    <For each={[...items().keys()]} fallback={properties.fallback}>
      {(key) => {
        // A row that is about to go may be asked once more.
        const item = createMemo((before: Item) => items().get(key) ?? before, items().get(key) as Item);
        return properties.children(item);
      }}
    </For>
  );
}
