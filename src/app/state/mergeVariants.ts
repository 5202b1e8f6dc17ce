// Joins the variants that the engine measured on this device with one model to those that it measured with others.
import type { VariantReport } from '../../engine/index.ts';

/** `newer` with the shapes that only `older` has, if both are of one device. */
export function mergeVariants(older: VariantReport | undefined, newer: VariantReport): VariantReport {
  if (older?.device !== newer.device) return newer;
  const shapeOf = ({ operator, shape }: { readonly operator: string; readonly shape: string }): string =>
    `${operator}\n${shape}`;
  const known = new Set([...newer.choices, ...newer.refused].map(shapeOf));
  const others = <Entry extends { readonly operator: string; readonly shape: string }>(list: readonly Entry[]) =>
    list.filter((entry) => !known.has(shapeOf(entry)));
  return {
    device: newer.device,
    choices: [...newer.choices, ...others(older.choices)],
    refused: [...newer.refused, ...others(older.refused)],
  };
}
