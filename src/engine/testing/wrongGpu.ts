// For tests only: a WebGPU implementation whose devices miscompile some shaders, as drivers do.

/** `real`, but `change` is applied to the source of every shader whose label begins with `operator`. */
export function wrongGpu(real: GPU, operator: string, change: (source: string) => string): GPU {
  return {
    wgslLanguageFeatures: real.wgslLanguageFeatures,
    async requestAdapter(options?: GPURequestAdapterOptions) {
      const adapter = await real.requestAdapter(options);
      if (adapter === null) return null;
      const requestDevice = adapter.requestDevice.bind(adapter);
      return Object.assign(adapter, {
        async requestDevice(descriptor?: GPUDeviceDescriptor) {
          const device = await requestDevice(descriptor);
          const compile = device.createShaderModule.bind(device);
          return Object.assign(device, {
            createShaderModule(shader: GPUShaderModuleDescriptor) {
              const isWrong = shader.label?.startsWith(operator) === true;
              return compile(isWrong ? { ...shader, code: change(shader.code) } : shader);
            },
          });
        },
      });
    },
  } as unknown as GPU;
}
