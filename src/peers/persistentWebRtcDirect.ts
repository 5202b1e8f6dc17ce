// `webRTCDirect()` whose listener stays open until the process ends. node-datachannel 0.33 has a race when its UDP listener is
// closed: about one close in eight crashed the process (segmentation fault, or std::system_error). An idle socket costs nothing
// until then; a relay that cannot be stopped cleanly could lose data.
import { webRTCDirect } from '@libp2p/webrtc';

export function persistentWebRtcDirect(): ReturnType<typeof webRTCDirect> {
  const create = webRTCDirect();
  return (components) => {
    const transport = create(components);
    const createListener = transport.createListener.bind(transport);
    transport.createListener = (options) => {
      const listener = createListener(options);
      listener.close = async () => {
        listener.dispatchEvent(new CustomEvent('close'));
      };
      return listener;
    };
    return transport;
  };
}
