// For tests only: a WebGPU implementation whose devices can really be lost, as in a driver reset.

export interface LosableGpu {
  readonly gpu: GPU;
  /** Destroys the newest device behind the engine's back. */
  lose(): void;
  /** Makes the newest device really refuse a command, which only its owner learns of. */
  refuse(): void;
  /** How many devices were requested. */
  readonly devices: number;
  /** If set, no further adapter is found. */
  unplugged: boolean;
}

export function losableGpu(real: GPU): LosableGpu {
  const devices: GPUDevice[] = [];
  const losable = {
    unplugged: false,
    get devices() {
      return devices.length;
    },
    lose: () => devices.at(-1)?.destroy(),
    // WebGPU forbids a buffer that is both mappable and storage.
    refuse: () =>
      void devices.at(-1)?.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE }),
    gpu: {
      async requestAdapter(options?: GPURequestAdapterOptions) {
        const adapter = losable.unplugged ? null : await real.requestAdapter(options);
        if (adapter === null) return null;
        const requestDevice = adapter.requestDevice.bind(adapter);
        return Object.assign(adapter, {
          async requestDevice(descriptor?: GPUDeviceDescriptor) {
            const device = await requestDevice(descriptor);
            devices.push(device);
            return device;
          },
        });
      },
    } as unknown as GPU,
  };
  return losable;
}
