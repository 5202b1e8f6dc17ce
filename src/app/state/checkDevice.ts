// Whether this page can use WebGPU. Each of the three reasons why not has its own error.
import { TributaryError } from '../../lib/errors.ts';

/** Throws `APP_INSECURE_CONTEXT`, `APP_NO_WEBGPU` or `APP_NO_GPU_ADAPTER`. */
export async function checkDevice(): Promise<void> {
  if (!isSecureContext) {
    throw new TributaryError({
      code: 'APP_INSECURE_CONTEXT',
      message: 'Browsers offer WebGPU only to pages served over https or from this machine.',
      facts: { origin: location.origin },
      hint: 'Open the page by https, or by localhost.',
    });
  }
  if (navigator.gpu === undefined) {
    throw new TributaryError({
      code: 'APP_NO_WEBGPU',
      message: 'This browser offers no WebGPU, which models run on best.',
      hint: 'Use Chrome or Edge 121, Safari 26 or Firefox 141 and later. Everything works without it, more slowly.',
    });
  }
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) {
    throw new TributaryError({
      code: 'APP_NO_GPU_ADAPTER',
      message: 'WebGPU is here, but no GPU answered.',
      hint: 'Turn on hardware acceleration in the browser settings, update the graphics driver, or leave the remote desktop session; then try again.',
    });
  }
}
