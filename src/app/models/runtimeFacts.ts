// What is said of a model that another program runs.
import type { MissingNeed, RuntimeModel } from '../../models/index.ts';
import { formatBytes } from '../i18n/format.ts';
import { t } from '../i18n/t.ts';

export function needText(need: MissingNeed): string {
  if (need.code === 'webgpu') return t('models.missing.webgpu');
  if (need.code === 'feature') return t('models.missing.feature', { feature: need.feature });
  return t('models.missing.binding', {
    needed: formatBytes(need.neededBytes),
    available: formatBytes(need.availableBytes),
  });
}

export function runtimeFacts(model: RuntimeModel): string {
  return [
    model.deviceBytes === undefined ? undefined : t('models.deviceBytes', { amount: formatBytes(model.deviceBytes) }),
    model.contextLength === undefined ? undefined : t('models.context', { count: model.contextLength }),
    model.lowResource === true ? t('models.lowResource') : undefined,
  ]
    .filter((fact) => fact !== undefined)
    .join(' · ');
}
