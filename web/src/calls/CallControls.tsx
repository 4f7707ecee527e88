import { Grip, Mic, MicOff, MonitorUp, MonitorX, Pause, PhoneOff, Play, Video, VideoOff } from "lucide-react";
import { Popover } from "radix-ui";
import { useState, type ReactNode } from "react";
import type { Call, Leg } from "../api/types";
import { m } from "../messages";
import { local } from "../rtc/media";
import { useStore } from "../store";
import { IconButton } from "../ui/Button";
import { cx } from "../ui/cx";
import { hangUp, holdCall, muteCall, sendDigits, toggleSource } from "./actions";
import { Keypad } from "./Keypad";
import { isTalking } from "./model";
import { beep } from "./sound";

interface Props {
  call: Call;
  leg: Leg;
  /** Small. */
  compact?: boolean;
  /** On a phone only what cannot wait; the rest is on the call's page. */
  few?: boolean;
}

/** What one can do in a call. */
export function CallControls({ call, leg, compact, few }: Props) {
  const { camera, screen } = useStore(local);
  const talking = isTalking(leg);
  const held = leg.state === "holding";
  const web = call.legs.some((each) => each.id !== leg.id && each.kind === "web" && each.state !== "ended");
  const size = compact ? "normal" : "large";
  const icon = compact ? "size-4.5" : "size-5";
  const wide = few ? "max-sm:hidden" : undefined;
  return (
    <div role="toolbar" aria-label={m.calls.inCall} className={cx("flex shrink-0 items-center", compact ? "gap-1" : "flex-wrap justify-center gap-2")}>
      <Toggle size={size} on={leg.muted} warn label={leg.muted ? m.calls.unmute : m.calls.mute} testId="call-mute" onClick={() => void muteCall(call.id, leg, !leg.muted)}>
        {leg.muted ? <MicOff className={icon} /> : <Mic className={icon} />}
      </Toggle>
      <Toggle size={size} on={held} warn disabled={!talking} className={wide} label={held ? m.calls.resume : m.calls.hold} testId="call-hold" onClick={() => void holdCall(call.id, !held)}>
        {held ? <Play className={icon} /> : <Pause className={icon} />}
      </Toggle>
      <KeypadButton call={call} size={size} disabled={!talking} className={wide} icon={icon} />
      {web && (
        <>
          <Toggle size={size} on={camera !== null} label={camera ? m.calls.cameraOff : m.calls.camera} className={wide} testId="call-camera" disabled={!talking} onClick={() => toggleSource("camera")}>
            {camera ? <Video className={icon} /> : <VideoOff className={icon} />}
          </Toggle>
          {"getDisplayMedia" in (navigator.mediaDevices ?? {}) && (
            <Toggle size={size} on={screen !== null} label={screen ? m.calls.shareStop : m.calls.share} className={wide} testId="call-screen" disabled={!talking} onClick={() => toggleSource("screen")}>
              {screen ? <MonitorX className={icon} /> : <MonitorUp className={icon} />}
            </Toggle>
          )}
        </>
      )}
      <IconButton label={m.calls.hangUp} look="bad" size={size} data-testid="call-hangup" className={compact ? "ml-1 w-12" : "w-16"} onClick={() => void hangUp(call.id)}>
        <PhoneOff className={icon} />
      </IconButton>
    </div>
  );
}

interface ToggleProps {
  on: boolean;
  /** On is something to be reminded of. */
  warn?: boolean;
  label: string;
  testId: string;
  size: "normal" | "large";
  disabled?: boolean;
  className?: string | undefined;
  onClick: () => void;
  children: ReactNode;
}

const Toggle = ({ on, warn, label, testId, size, disabled, className, onClick, children }: ToggleProps) => (
  <IconButton
    label={label}
    size={size}
    look="plain"
    pressed={on}
    disabled={disabled}
    data-testid={testId}
    onClick={onClick}
    className={cx(on && (warn ? "border-warn! bg-warn-soft! text-warn-text" : "border-accent! bg-selected! text-accent-text"), className)}
  >
    {children}
  </IconButton>
);

function KeypadButton({ call, size, disabled, className, icon }: { call: Call; size: "normal" | "large"; disabled: boolean; className?: string; icon: string }) {
  const [sent, setSent] = useState("");
  const press = (key: string) => {
    beep(key);
    setSent((text) => (text + key).slice(-24));
    void sendDigits(call.id, key);
  };
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <IconButton label={m.calls.keys} size={size} look="plain" disabled={disabled} data-testid="call-keypad" className={className}>
          <Grip className={icon} />
        </IconButton>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content side="top" sideOffset={8} collisionPadding={8} aria-label={m.calls.keys} className="z-50 w-60 animate-rise rounded-2xl border border-line bg-raised p-3 shadow-float">
          <p role="status" aria-label={m.calls.digits} className="tabular mb-2 h-7 truncate text-center text-lg" data-testid="dtmf-sent">
            {sent}
          </p>
          <Keypad press={press} testId="dtmf" />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
