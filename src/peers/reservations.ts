// Reservations of a circuit relay, by which browsers can be dialled: bounded for each network address, since identities are free, and
// ended with the last connection of who made them. libp2p counts them of all together and keeps them for two hours.
import type { CircuitRelayServerComponents, CircuitRelayService } from '@libp2p/circuit-relay-v2';
import type { Libp2pEvents, PeerId, TypedEventTarget } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import { addressGroup, readAddress } from './connectionGuard.ts';

type CreateRelay = (
  components: CircuitRelayServerComponents & { readonly events: TypedEventTarget<Libp2pEvents> },
) => CircuitRelayService;

export interface ReservationGuard {
  /** `create`, the service of a circuit relay, under guard. */
  guardRelay(create: CreateRelay): CreateRelay;
  /** Of libp2p's connection gater: true refuses the reservation. */
  readonly gater: { denyInboundRelayReservation(peer: PeerId): boolean };
}

function groupOf(address: Multiaddr | undefined): string {
  const read = address === undefined ? undefined : readAddress(address.toString());
  return read === undefined ? '' : addressGroup(read.host);
}

/** At most `perAddress` reservations of one address, an IPv6 network of 64 bits counting as one. */
export function guardReservations(perAddress: number): ReservationGuard {
  let isRefused = (_peer: PeerId): boolean => true;
  return {
    guardRelay: (create) => (components) => {
      const relay = create(components);
      isRefused = (peer) => {
        if (relay.reservations.has(peer)) return false;
        const group = groupOf(components.connectionManager.getConnections(peer)[0]?.remoteAddr);
        const ofGroup = [...relay.reservations.values()].filter(({ addr }) => groupOf(addr) === group);
        return ofGroup.length >= perAddress;
      };
      components.events.addEventListener('peer:disconnect', ({ detail: peer }) => {
        // Or it would end the reservation that the same peer makes when it is back.
        relay.reservations.get(peer)?.signal.clear();
        relay.reservations.delete(peer);
      });
      return relay;
    },
    gater: { denyInboundRelayReservation: (peer) => isRefused(peer) },
  };
}
