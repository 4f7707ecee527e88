import { Maximize2, MicOff, Minimize2 } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import type { Call, Leg, Track } from "../api/types";
import { m } from "../messages";
import { local } from "../rtc/media";
import { media } from "../rtc/session";
import { live } from "../session/live";
import { usePeople } from "../session/me";
import { useStore } from "../store";
import { IconButton } from "../ui/Button";
import { cx } from "../ui/cx";
import { useVideoTracks } from "./CallRuntime";

interface Tile {
  key: string;
  label: string;
  track: MediaStreamTrack | null;
  screen: boolean;
  own: boolean;
  muted: boolean;
  remote: Track | null;
}

/** The videos of a call: a shared screen in front of the people, else everybody side by side. Without any, `children`. */
export function VideoStage({ call, leg, children }: { call: Call; leg: Leg; children: ReactNode }) {
  const tiles = useTiles(call, leg);
  const [picked, setPicked] = useState<string | null>(null);
  const remote = tiles.filter((tile) => !tile.own);
  const focus = tiles.find((tile) => tile.key === picked) ?? remote.find((tile) => tile.screen) ?? null;
  const rest = tiles.filter((tile) => tile !== focus);
  const pick = (tile: Tile) => setPicked((now) => (now === tile.key ? null : tile.key));

  if (tiles.length === 0) return <div className="min-h-0 grow">{children}</div>;
  if (focus) {
    return (
      <div className="flex min-h-0 grow flex-col gap-2 px-3 lg:flex-row">
        <div className="min-h-0 min-w-0 grow">
          <Video tile={focus} focused pick={pick} />
        </div>
        {rest.length > 0 && (
          <div className="flex shrink-0 gap-2 overflow-auto max-lg:h-28 lg:w-52 lg:flex-col">
            {rest.map((tile) => (
              <div key={tile.key} className="aspect-video max-lg:h-full">
                <Video tile={tile} pick={pick} />
              </div>
            ))}
          </div>
        )}
      </div>
    );
  }
  const shown = remote.length > 0 ? remote : tiles;
  const own = remote.length > 0 ? tiles.filter((tile) => tile.own) : [];
  return (
    <div className="relative min-h-0 grow px-3">
      <div className={cx("grid h-full gap-2", shown.length > 1 && "sm:grid-cols-2", shown.length > 4 && "lg:grid-cols-3")}>
        {shown.map((tile) => (
          <Video key={tile.key} tile={tile} pick={pick} />
        ))}
      </div>
      {own.length > 0 && (
        <div className="absolute right-6 bottom-3 flex w-28 flex-col gap-2 sm:w-48">
          {own.map((tile) => (
            <div key={tile.key} className="aspect-video overflow-hidden rounded-xl shadow-float ring-1 ring-white/25">
              <Video tile={tile} pick={pick} />
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

function useTiles(call: Call, leg: Leg): Tile[] {
  const people = usePeople();
  const mine = useStore(local);
  const { videos } = useStore(media);
  const tracks = useVideoTracks({ call, leg });
  const name = (track: Track) => people.find((person) => person.id === track.user)?.display_name ?? m.unknownPerson;
  const muted = (track: Track) => track.source === "camera" && call.legs.some((each) => each.user === track.user && each.muted && each.state !== "ended");
  const tiles: Tile[] = tracks.map((remote) => ({
    key: remote.id,
    label: remote.source === "screen" ? m.calls.screenOf(name(remote)) : m.calls.videoOf(name(remote)),
    track: videos.get(remote.id) ?? null,
    screen: remote.source === "screen",
    own: false,
    muted: muted(remote),
    remote,
  }));
  if (mine.camera) tiles.push({ key: "camera", label: m.calls.yourVideo, track: mine.camera, screen: false, own: true, muted: leg.muted, remote: null });
  if (mine.screen) tiles.push({ key: "screen", label: m.calls.yourScreen, track: mine.screen, screen: true, own: true, muted: false, remote: null });
  return tiles;
}

function Video({ tile, focused, pick }: { tile: Tile; focused?: boolean; pick: (tile: Tile) => void }) {
  const element = useRef<HTMLVideoElement>(null);
  const { track } = tile;
  useEffect(() => {
    const { current } = element;
    if (!current) return;
    current.srcObject = track ? new MediaStream([track]) : null;
    if (track) current.play().catch(() => undefined);
  }, [track]);
  useLayer(tile, element);
  return (
    <figure className="group relative h-full min-h-0 overflow-hidden rounded-xl bg-black">
      {/* Live pictures of the moment: there is no text of them. */}
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption */}
      <video
        ref={element}
        muted
        playsInline
        aria-label={tile.label}
        data-testid={tile.own ? `local-${tile.screen ? "screen" : "camera"}` : `remote-${tile.screen ? "screen" : "camera"}`}
        className={cx("size-full", tile.screen ? "object-contain" : "object-cover", tile.own && !tile.screen && "-scale-x-100")}
      />
      <figcaption className={cx("absolute bottom-1.5 left-1.5 max-w-[90%] truncate rounded-md bg-black/65 px-2 py-0.5 text-xs text-white", tile.own && !focused && "max-sm:sr-only")}>
        {tile.muted && <MicOff role="img" aria-label={m.calls.muted} className="mr-1 inline size-3.5 align-[-0.15em]" />}
        {tile.label}
      </figcaption>
      <IconButton
        label={`${focused ? m.calls.shrink : m.calls.enlarge}: ${tile.label}`}
        size="small"
        onClick={() => pick(tile)}
        className="absolute top-1.5 right-1.5 bg-black/55 text-white opacity-0 group-hover:opacity-100 hover:bg-black/75 hover:text-white focus-visible:opacity-100"
      >
        {focused ? <Minimize2 className="size-4" /> : <Maximize2 className="size-4" />}
      </IconButton>
    </figure>
  );
}

/** Tells the server how high the video is shown, so that it sends no more than that. */
function useLayer(tile: Tile, element: React.RefObject<HTMLVideoElement | null>): void {
  const id = tile.remote?.id;
  useEffect(() => {
    const { current } = element;
    if (!id || !current) return;
    let told = -1;
    const tell = (height: number) => {
      if (height === told) return;
      told = height;
      live.get()?.connection.request("rtc.layer", { track: id, height }).catch(() => undefined);
    };
    const observer = new ResizeObserver(([entry]) => {
      // In steps, so that a window being dragged does not send a frame per pixel.
      if (entry) tell(Math.ceil((entry.contentRect.height * devicePixelRatio) / 180) * 180);
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, [id, element]);
}
