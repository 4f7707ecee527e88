// Answers the clients' offers in place of the server's media node: echoes what is heard, paints what is watched.
const socket = new WebSocket(`ws://${location.host}/dev/relay`);
const peers = new Map();

function painting(label, hue) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [960, 540];
  const paint = canvas.getContext("2d");
  let frame = 0;
  setInterval(() => {
    frame++;
    const fill = paint.createLinearGradient(0, 0, 960, 540);
    fill.addColorStop(0, `hsl(${hue} 45% 32%)`);
    fill.addColorStop(1, `hsl(${hue + 60} 50% 18%)`);
    paint.fillStyle = fill;
    paint.fillRect(0, 0, 960, 540);
    paint.fillStyle = "rgb(255 255 255 / 0.85)";
    paint.beginPath();
    paint.arc(480 + 60 * Math.sin(frame / 20), 230, 90, 0, 7);
    paint.ellipse(480 + 60 * Math.sin(frame / 20), 560, 210, 210, 0, 0, 7);
    paint.fill();
    paint.font = "24px sans-serif";
    paint.fillText(`${label} ${frame}`, 30, 50);
  }, 66);
  return canvas.captureStream(15).getVideoTracks()[0];
}

// Real candidates instead of mDNS names, which a second browser could not resolve.
await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => undefined);

socket.addEventListener("message", async ({ data }) => {
  const { id, type, device, sdp, tracks } = JSON.parse(data);
  if (type !== "offer") return;
  const origin = /o=\S+ (\d+)/.exec(sdp)[1];
  try {
    let peer = peers.get(device);
    if (!peer || peer.origin !== origin) {
      peer?.connection.close();
      peer = { origin, connection: new RTCPeerConnection(), videos: new Map() };
      peers.set(device, peer);
    }
    const { connection } = peer;
    await connection.setRemoteDescription({ type: "offer", sdp });
    for (const transceiver of connection.getTransceivers()) {
      const use = tracks.find((track) => track.mid === transceiver.mid);
      if (use?.purpose === "primary") {
        transceiver.direction = "sendrecv";
        await transceiver.sender.replaceTrack(transceiver.receiver.track);
      } else if (use?.purpose === "receive") {
        if (!peer.videos.has(use.track)) peer.videos.set(use.track, painting("mock", peer.videos.size * 120 + 200));
        transceiver.direction = "sendonly";
        await transceiver.sender.replaceTrack(peer.videos.get(use.track));
      } else transceiver.direction = use?.purpose === "unused" ? "inactive" : "recvonly";
    }
    await connection.setLocalDescription(await connection.createAnswer());
    if (connection.iceGatheringState !== "complete") {
      await new Promise((resolve) => {
        connection.addEventListener("icegatheringstatechange", () => connection.iceGatheringState === "complete" && resolve());
      });
    }
    socket.send(JSON.stringify({ id, sdp: connection.localDescription.sdp }));
  } catch (error) {
    socket.send(JSON.stringify({ id, error: String(error) }));
  }
});
