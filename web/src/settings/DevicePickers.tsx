import { useCallback, useEffect, useRef, useState } from "react";
import { ringOnce } from "../calls/sound";
import { m } from "../messages";
import { deviceChoice, MediaProblem, reopen, type DeviceChoice } from "../rtc/media";
import { useStore } from "../store";
import { Button } from "../ui/Button";
import { Select, Switch } from "../ui/fields";
import { toast } from "../ui/toasts";

export function DevicePickers() {
  const choice = useStore(deviceChoice);
  const devices = useDevices();
  const set = (change: Partial<DeviceChoice>) => deviceChoice.set((now) => ({ ...now, ...change }));
  const again = (source: "microphone" | "camera") =>
    reopen(source).catch((error: unknown) => error instanceof MediaProblem && toast(m.failure.media(error.fault, error.source), "bad"));
  const voice = (change: Partial<DeviceChoice>) => {
    set(change);
    void again("microphone");
  };
  return (
    <div className="flex flex-col gap-5">
      <Picker kind="audioinput" label={m.settings.microphone} devices={devices} value={choice.microphone} pick={(microphone) => voice({ microphone })} testId="pick-microphone" />
      <LevelTest device={choice.microphone} />
      <Picker
        kind="videoinput"
        label={m.settings.camera}
        devices={devices}
        value={choice.camera}
        pick={(camera) => {
          set({ camera });
          void again("camera");
        }}
        testId="pick-camera"
      />
      {"setSinkId" in HTMLMediaElement.prototype ? (
        <Picker kind="audiooutput" label={m.settings.speaker} devices={devices} value={choice.speaker} pick={(speaker) => set({ speaker })} testId="pick-speaker" />
      ) : (
        <p className="text-sm text-soft">{m.settings.speakerFixed}</p>
      )}
      <Button className="self-start" onClick={() => ringOnce()}>
        {m.settings.ringTest}
      </Button>
      <fieldset className="flex flex-col gap-3">
        <legend className="mb-2 text-sm font-medium">{m.settings.processing}</legend>
        <Switch label={m.settings.echo} on={choice.echoCancellation} onChange={(on) => voice({ echoCancellation: on })} />
        <Switch label={m.settings.noise} on={choice.noiseSuppression} onChange={(on) => voice({ noiseSuppression: on })} />
        <Switch label={m.settings.gain} on={choice.autoGainControl} onChange={(on) => voice({ autoGainControl: on })} />
      </fieldset>
    </div>
  );
}

interface PickerProps {
  kind: MediaDeviceKind;
  label: string;
  devices: MediaDeviceInfo[];
  value: string | null;
  pick: (id: string | null) => void;
  testId: string;
}

function Picker({ kind, label, devices, value, pick, testId }: PickerProps) {
  const shown = devices.filter((device) => device.kind === kind && device.deviceId && device.deviceId !== "default");
  return (
    <Select label={label} data-testid={testId} value={value ?? ""} onChange={(event) => pick(event.target.value || null)}>
      <option value="">{m.settings.standard}</option>
      {shown.map((device, at) => (
        <option key={device.deviceId} value={device.deviceId}>
          {device.label || m.settings.unnamed(at + 1)}
        </option>
      ))}
    </Select>
  );
}

function useDevices(): MediaDeviceInfo[] {
  const [devices, setDevices] = useState<MediaDeviceInfo[]>([]);
  useEffect(() => {
    const { mediaDevices } = navigator;
    if (!mediaDevices) return;
    const read = () => void mediaDevices.enumerateDevices().then(setDevices);
    read();
    mediaDevices.addEventListener("devicechange", read);
    return () => mediaDevices.removeEventListener("devicechange", read);
  }, []);
  return devices;
}

/** Shows how loud the microphone is, while asked to. */
function LevelTest({ device }: { device: string | null }) {
  const [on, setOn] = useState(false);
  const bar = useRef<HTMLDivElement>(null);
  const show = useCallback((level: number) => {
    if (bar.current) bar.current.style.transform = `scaleX(${level})`;
  }, []);
  useEffect(() => {
    if (!on) return show(0);
    let frame = 0;
    let done = false;
    let stop = () => undefined as void;
    void navigator.mediaDevices
      ?.getUserMedia({ audio: device ? { deviceId: { ideal: device } } : true })
      .then((stream) => {
        const audio = new AudioContext();
        const analyser = audio.createAnalyser();
        analyser.fftSize = 1024;
        audio.createMediaStreamSource(stream).connect(analyser);
        const samples = new Float32Array(analyser.fftSize);
        const measure = () => {
          analyser.getFloatTimeDomainData(samples);
          const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
          // −60 dB is nothing, 0 dB is all.
          show(Math.min(1, Math.max(0, (10 * Math.log10(power + 1e-9) + 60) / 60)));
          frame = requestAnimationFrame(measure);
        };
        stop = () => {
          cancelAnimationFrame(frame);
          for (const track of stream.getTracks()) track.stop();
          void audio.close();
        };
        if (done) stop();
        else measure();
      })
      .catch(() => {
        setOn(false);
        toast(m.failure.media("denied", "microphone"), "bad");
      });
    return () => {
      done = true;
      stop();
    };
  }, [on, device, show]);
  return (
    <div className="-mt-2 flex items-center gap-3">
      <Button size="small" aria-pressed={on} onClick={() => setOn(!on)}>
        {on ? m.settings.testStop : m.settings.test}
      </Button>
      <div aria-hidden className="h-2 grow overflow-hidden rounded-full bg-hover">
        <div ref={bar} className="h-full origin-left scale-x-0 rounded-full bg-good" />
      </div>
    </div>
  );
}
