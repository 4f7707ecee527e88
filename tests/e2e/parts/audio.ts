// Tones in recordings: proof that sound got through, and how long it was away.
import { readFileSync } from "node:fs";

export interface Sound {
  rate: number;
  samples: Float32Array;
}

/** Reads a 16-bit PCM or 32-bit float WAV file, first channel. A header that was never finished (a recorder that was killed) is read to the file's end. */
export function readWav(path: string): Sound {
  const bytes = readFileSync(path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (at: number) => bytes.toString("latin1", at, at + 4);
  if (tag(0) !== "RIFF" || tag(8) !== "WAVE") throw new Error(`${path} is not WAV`);
  let format = { code: 1, channels: 1, rate: 8000, bits: 16 };
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    if (tag(at) === "fmt ") {
      format = {
        code: view.getUint16(at + 8, true),
        channels: view.getUint16(at + 10, true),
        rate: view.getUint32(at + 12, true),
        bits: view.getUint16(at + 22, true),
      };
    }
    if (tag(at) === "data") {
      const start = at + 8;
      const end = size === 0 ? bytes.length : Math.min(bytes.length, start + size);
      const step = (format.bits / 8) * format.channels;
      const count = Math.floor((end - start) / step);
      const samples = new Float32Array(count);
      for (let i = 0; i < count; i++) {
        const p = start + i * step;
        samples[i] = format.code === 3 ? view.getFloat32(p, true) : view.getInt16(p, true) / 32768;
      }
      return { rate: format.rate, samples };
    }
    at += 8 + size + (size % 2);
  }
  throw new Error(`${path} has no samples`);
}

/** Writes 16-bit mono WAV. */
export function wav(sound: Sound): Buffer {
  const data = Buffer.alloc(sound.samples.length * 2);
  sound.samples.forEach((s, i) => data.writeInt16LE(Math.round(Math.max(-1, Math.min(1, s)) * 32767), i * 2));
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(sound.rate, 24);
  head.writeUInt32LE(sound.rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

/** A steady tone. */
export function tone(hz: number, seconds: number, rate = 48_000, level = 0.4): Sound {
  const samples = Float32Array.from({ length: Math.round(seconds * rate) }, (_, i) => level * Math.sin((2 * Math.PI * hz * i) / rate));
  return { rate, samples };
}

const FRAME_MS = 20;

/** For each 20 ms: whether most of its energy is at `hz` (Goertzel) and it is not near silence. */
export function tonal(sound: Sound, hz: number): boolean[] {
  const size = Math.round((sound.rate * FRAME_MS) / 1000);
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / sound.rate);
  const frames: boolean[] = [];
  for (let start = 0; start + size <= sound.samples.length; start += size) {
    let [s1, s2, energy] = [0, 0, 0];
    for (let i = start; i < start + size; i++) {
      const x = sound.samples[i]!;
      energy += x * x;
      [s2, s1] = [s1, x + coefficient * s1 - s2];
    }
    const power = s1 * s1 + s2 * s2 - coefficient * s1 * s2;
    // A pure sine of this frequency has power = energy · size / 2.
    frames.push(energy / size > 1e-5 && power > 0.5 * energy * (size / 2));
  }
  return frames;
}

export interface Heard {
  /** From the first to the last frame with the tone, seconds. */
  seconds: number;
  /** The longest time without it in between, milliseconds. */
  longestGapMs: number;
  /** Where it starts, seconds. */
  from: number;
  /** Where that longest time without it begins, seconds. */
  gapAt: number;
}

/** Where a tone was heard. */
export function heard(sound: Sound, hz: number): Heard {
  const frames = tonal(sound, hz);
  const first = frames.indexOf(true);
  if (first < 0) return { seconds: 0, longestGapMs: Infinity, from: NaN, gapAt: NaN };
  const last = frames.lastIndexOf(true);
  let [gap, longest, end] = [0, 0, first];
  for (let i = first; i <= last; i++) {
    gap = frames[i] ? 0 : gap + 1;
    if (gap > longest) [longest, end] = [gap, i + 1];
  }
  const seconds = (n: number) => (n * FRAME_MS) / 1000;
  return { seconds: seconds(last - first + 1), longestGapMs: longest * FRAME_MS, from: seconds(first), gapAt: seconds(end - longest) };
}

/** Root mean square of a stretch, seconds from the start. */
export function level(sound: Sound, from: number, to: number): number {
  const slice = sound.samples.subarray(Math.round(from * sound.rate), Math.round(to * sound.rate));
  if (slice.length === 0) return 0;
  return Math.sqrt(slice.reduce((sum, x) => sum + x * x, 0) / slice.length);
}

/** Sound is real time: what is to be judged must have been said. */
export async function soundPasses(seconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
