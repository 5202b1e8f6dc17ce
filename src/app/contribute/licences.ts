// The licences offered for rows, by SPDX identifier, most open first. What each means in plain words stands in the texts.
export const licences = ['CC0-1.0', 'CC-BY-4.0', 'CC-BY-SA-4.0', 'ODbL-1.0'] as const;
export type Licence = (typeof licences)[number];

export function isLicence(value: string): value is Licence {
  return (licences as readonly string[]).includes(value);
}
