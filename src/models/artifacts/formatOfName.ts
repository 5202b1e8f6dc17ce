const FORMAT_IN_NAME =
  /(?:^|[-._])((?:UD-)?(?:IQ[1-4]_[A-Z]+|Q[2-8]_K(?:_[A-Z]+)?|Q[2-8]_[01](?:_[0-9_]+)?|BF16|F16|FP16|F32|FP32|MXFP4(?:_[A-Z]+)?))(?=[-.]|$)/i;

/** The weight format in a file's name, in upper case: `Q4_K_M`, `BF16`; empty where there is none. */
export function formatOfName(name: string): string {
  const base = (name.split('/').at(-1) ?? name).replace(/\.(gguf|safetensors)$/i, '');
  return (base.match(FORMAT_IN_NAME)?.[1] ?? '').toUpperCase().replace(/^FP(16|32)$/, 'F$1');
}
