import { useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { tandem } from "../api/client";
import { queries } from "../api/queries";
import type { Chat, Message } from "../api/types";
import { m } from "../messages";
import { useMe, usePeople } from "../session/me";
import { useStore } from "../store";
import { Button } from "../ui/Button";
import { Failure, Skeleton, SkeletonRows } from "../ui/states";
import { formatDay } from "../ui/time";
import { liveMessages, putMessage } from "./live";
import { MessageRow } from "./MessageRow";
import { OutgoingRow } from "./OutgoingRow";
import { outbox } from "./sending";
import { firstHole, merge, rows as toRows, type Row } from "./timeline";
import { useReadMark } from "./useReadMark";

/** This near to the end counts as being at it. */
const END_PX = 60;
/** This near to the beginning fetches what is older. */
const OLDER_PX = 600;

export function TimelineView({ chat, name }: { chat: Chat; name: string }) {
  const me = useMe().user.id;
  const history = useInfiniteQuery(queries.messages(chat.id));
  const live = useStore(liveMessages(chat.id));
  const sending = useStore(outbox.items);
  const [openedAt] = useState(() => (chat.unread > 0 ? chat.read_seq : null));

  const messages = useMemo(() => merge(history.data?.pages.flatMap((page) => page.items) ?? [], live), [history.data, live]);
  const rows = useMemo(
    () =>
      toRows(
        messages,
        sending.filter((each) => each.chat === chat.id),
        me,
        openedAt,
        history.isSuccess && !history.hasNextPage,
      ),
    [messages, sending, chat.id, me, openedAt, history.isSuccess, history.hasNextPage],
  );
  useFillHole(chat, messages, history.isSuccess);

  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const pinned = useRef(true);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.kind === "message" ? 44 : 36),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 12,
    paddingStart: 12,
    paddingEnd: 8,
  });
  const height = virtual.getTotalSize();

  // At the end one stays at the end, whatever is added or measured.
  useLayoutEffect(() => {
    const { current } = scroller;
    if (current && pinned.current) current.scrollTop = current.scrollHeight;
  }, [height, rows]);

  // What is added above must not push down what is being read.
  const first = useRef<{ key: string; start: number } | null>(null);
  useLayoutEffect(() => {
    const before = first.current;
    const at = rows.findIndex((row) => row.kind === "message");
    const start = virtual.measurementsCache[at]?.start ?? 0;
    first.current = at < 0 ? null : { key: rows[at]!.key, start };
    if (!before || before.key === first.current?.key || pinned.current) return;
    const moved = virtual.measurementsCache[rows.findIndex((row) => row.key === before.key)];
    if (moved && scroller.current) scroller.current.scrollTop += moved.start - before.start;
  }, [rows, virtual]);

  function onScroll() {
    const { current } = scroller;
    if (!current) return;
    const end = current.scrollHeight - current.scrollTop - current.clientHeight < END_PX;
    pinned.current = end;
    setAtEnd(end);
    if (current.scrollTop < OLDER_PX && history.hasNextPage && !history.isFetchingNextPage) void history.fetchNextPage();
  }
  const toEnd = () => {
    pinned.current = true;
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  };

  // One's own message brings one to the end.
  const own = sending.filter((each) => each.chat === chat.id).length;
  const ownBefore = useRef(own);
  useEffect(() => {
    if (own > ownBefore.current) toEnd();
    ownBefore.current = own;
  }, [own]);

  const newest = messages.at(-1);
  useReadMark(chat, newest, atEnd);
  const unreadBelow = atEnd ? 0 : messages.filter((message) => message.seq > chat.read_seq && message.author !== me).length;

  if (history.isError && !history.data) return <Failure error={history.error} retry={() => void history.refetch()} />;
  return (
    <div className="relative min-h-0 grow">
      <div ref={scroller} onScroll={onScroll} className="h-full overflow-x-hidden overflow-y-auto [overflow-anchor:none]" data-testid="timeline">
        {history.isPending && <SkeletonRows count={5} />}
        {history.isFetchingNextPage && (
          <div role="status" aria-label={m.chat.older} className="absolute inset-x-0 top-0 z-10 px-5 py-2">
            <Skeleton className="h-8 w-2/3" />
          </div>
        )}
        {/* Scrolling adds and removes rows, which a live region would read out; new messages are announced below instead. */}
        <div role="log" aria-live="off" aria-label={m.chat.log(name)} className="relative w-full" style={{ height }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return (
              row && (
                <div
                  key={item.key}
                  ref={virtual.measureElement}
                  data-index={item.index}
                  className="absolute inset-x-0 top-0"
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <RowView row={row} name={name} />
                </div>
              )
            );
          })}
        </div>
      </div>
      <Announcer newest={newest} />
      {!atEnd && (
        <Button
          size="small"
          className="absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full shadow-float"
          icon={<ArrowDown className="size-3.5" />}
          data-testid="jump-newest"
          onClick={toEnd}
        >
          {unreadBelow > 0 ? m.chat.newMessages(unreadBelow) : m.chat.newest}
        </Button>
      )}
    </div>
  );
}

function RowView({ row, name }: { row: Row; name: string }) {
  switch (row.kind) {
    case "beginning":
      return <Beginning name={name} />;
    case "day":
      return (
        <div className="flex items-center gap-3 px-5 pt-3 pb-1">
          <span className="h-px grow bg-line" />
          <span className="text-xs font-medium text-soft">{formatDay(row.at)}</span>
          <span className="h-px grow bg-line" />
        </div>
      );
    case "unread":
      return (
        <div className="flex items-center gap-3 px-5 pt-2 text-xs font-semibold text-bad-text">
          <span className="h-px grow bg-bad/60" />
          {m.chat.unreadLine}
        </div>
      );
    case "message":
      return <MessageRow message={row.message} follows={row.follows} />;
    case "outgoing":
      return <OutgoingRow outgoing={row.outgoing} follows={row.follows} />;
  }
}

const Beginning = ({ name }: { name: string }) => (
  <p className="px-5 pt-8 text-soft">
    {m.chat.noMessages(name)} {m.chat.noMessagesHint}
  </p>
);

/** Reads new messages of others to those who do not see them, one at a time. */
function Announcer({ newest }: { newest: Message | undefined }) {
  const people = usePeople();
  const me = useMe().user.id;
  const [start] = useState(() => Date.now());
  const speaks = newest && newest.author !== me && !newest.deleted && Date.parse(newest.at) > start;
  const name = people.find((person) => person.id === newest?.author)?.display_name ?? m.unknownPerson;
  return (
    <p aria-live="polite" className="sr-only">
      {speaks && m.chat.said(name, newest.text)}
    </p>
  );
}

/** The server numbers messages without holes, so a hole is something missed: it is fetched. */
function useFillHole(chat: Chat, messages: readonly Message[], ready: boolean): void {
  const hole = useMemo(() => (ready ? firstHole(messages) : null), [messages, ready]);
  useEffect(() => {
    if (hole === null) return;
    const abort = new AbortController();
    tandem.chats.messages
      .list(chat.id, { after: hole - 1, limit: 200 }, { signal: abort.signal })
      .then((page) => page.items.forEach(putMessage))
      .catch(() => undefined);
    return () => abort.abort();
  }, [hole, chat.id]);
}
