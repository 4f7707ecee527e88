// RTP packets by hand.

/** A sample, -1 to 1, as G.711 A-law. */
function encode(sample: number): number {
  const value = Math.min(32_635, Math.abs(Math.round(sample * 32_767)));
  const exponent = value < 256 ? 0 : Math.min(7, Math.floor(Math.log2(value)) - 7);
  const mantissa = exponent === 0 ? value >> 4 : (value >> (exponent + 3)) & 0x0f;
  return ((sample >= 0 ? 0x80 : 0) | (exponent << 4) | mantissa) ^ 0x55;
}

export const alaw = {
  /** The `n`-th 20 ms of a tone as PCMA (payload type 8). */
  packet(hz: number, n: number, ssrc: number): Buffer {
    const packet = Buffer.alloc(12 + 160);
    packet[0] = 0x80;
    packet[1] = 8;
    packet.writeUInt16BE(n & 0xffff, 2);
    packet.writeUInt32BE((n * 160) >>> 0, 4);
    packet.writeUInt32BE(ssrc, 8);
    for (let i = 0; i < 160; i++) packet[12 + i] = encode(0.5 * Math.sin((2 * Math.PI * hz * (n * 160 + i)) / 8_000));
    return packet;
  },
};
