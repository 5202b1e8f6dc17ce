// `webRTCDirect()` whose listener is left to the end of the process. node-datachannel 0.33 races when its UDP listener is
// stopped: about one stop in eight ended the whole process (segmentation fault, or std::system_error). An idle socket until
// the process ends costs nothing; a relay that cannot be stopped cleanly might cost data.
import { webRTCDirect } from '@libp2p/webrtc';

export function lastingWebRtcDirect(): ReturnType<typeof webRTCDirect> {
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
