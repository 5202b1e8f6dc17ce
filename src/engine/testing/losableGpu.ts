// For tests only: a WebGPU implementation whose devices can be taken away for real, as a driver reset does.

export interface LosableGpu {
  readonly gpu: GPU;
  /** Destroys the newest device behind the engine's back. */
  lose(): void;
  /** Has the newest device refuse a command, for real, of which it tells nobody but its owner. */
  refuse(): void;
  /** How many devices were asked for. */
  readonly devices: number;
  /** When set, no further adapter is found. */
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
    // A buffer that is mapped for reading and used as storage is none.
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
