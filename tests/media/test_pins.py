"""The private names of aiortc and aioice that the relay needs are where they were."""

import inspect

import aioice.ice
import aiortc.rtcrtpreceiver
from aiortc import (
    RTCConfiguration,
    RTCDtlsTransport,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCRtpSender,
)
from aiortc.rtcdtlstransport import RtpRouter

from dispatch.media.relay import passthrough


def test_every_pinned_name_is_there():
    for place, name in passthrough.PINNED:
        assert hasattr(place, name), f"{place} has no {name} any more"


async def test_a_receiver_has_what_we_reach_into():
    receiver = RTCPeerConnection().addTransceiver("video").receiver
    assert getattr(receiver, passthrough.NACKS).missing == set()
    assert getattr(receiver, passthrough.BUFFER).capacity == 512
    assert getattr(receiver, passthrough.STREAMS) == {}
    assert getattr(receiver, passthrough.HEARD) == {}
    router = getattr(receiver.transport, passthrough.ROUTER)
    assert router.ssrc_table == {}
    passthrough.bound_sources(receiver.transport)
    assert router.route_rtp.__name__ == "route_known"
    assert passthrough.packets_lost(receiver) == 0
    again = passthrough.asker_for_lost_packets(receiver)
    assert getattr(receiver, passthrough.BUFFER).capacity == 256
    await again()


def test_the_decoder_thread_asks_for_its_decoder_by_that_name():
    source = inspect.getsource(aiortc.rtcrtpreceiver.decoder_worker)
    assert "decoder = get_decoder(codec)" in source
    assert "for frame in frames" in source


def test_loss_and_wishes_pass_the_methods_we_replace():
    receiving = inspect.getsource(RTCRtpReceiver._handle_rtp_packet)
    assert "await self._send_rtcp_pli(packet.ssrc)" in receiving
    sending = inspect.getsource(RTCRtpSender._handle_rtcp_packet)
    assert "self._send_keyframe()" in sending
    packing = inspect.getsource(RTCRtpSender._next_encoded_frame)
    assert "self.__encoder.pack(data)" in packing


def test_ice_asks_for_its_addresses_by_that_name():
    source = inspect.getsource(aioice.ice.Connection.gather_candidates)
    assert "get_host_addresses(" in source


async def test_no_stun_server_is_asked():
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.addTransceiver("audio")
    gatherer = connection.getTransceivers()[0].receiver.transport.transport.iceGatherer
    assert gatherer._connection.stun_server is None
    await connection.close()


def test_each_packet_passes_the_router_and_its_table():
    """So what it refuses enters no table of the receiver's either."""
    handling = inspect.getsource(RTCDtlsTransport._handle_rtp_data)
    assert "receiver = self._rtp_router.route_rtp(packet)" in handling
    routing = inspect.getsource(RtpRouter.route_rtp)
    assert "self.ssrc_table[packet.ssrc] = pt_receiver" in routing
    reports = inspect.getsource(RtpRouter.route_rtcp)
    assert "self.ssrc_table.get(packet.ssrc)" in reports
