import { useQuery } from "@tanstack/react-query";
import { ListOrdered } from "lucide-react";
import { queries } from "../api/queries";
import type { DivisionId, Queue, QueueStats } from "../api/types";
import { m } from "../messages";
import { cx } from "../ui/cx";
import { Empty, Failure, SkeletonRows } from "../ui/states";
import { Table, type Column } from "../ui/Table";
import { formatDuration, useNow } from "../ui/time";

interface Row {
  queue: Queue;
  stats: QueueStats | undefined;
}

export function QueuesTable({ division }: { division: DivisionId | undefined }) {
  const queues = useQuery(queries.queues);
  const stats = useQuery(queries.queueStats);
  if (queues.isPending) return <SkeletonRows count={3} />;
  if (queues.isError) return <Failure error={queues.error} retry={() => void queues.refetch()} />;
  const shown = queues.data.filter((queue) => !division || queue.division === division);
  if (shown.length === 0) {
    return (
      <Empty icon={<ListOrdered />} title={m.supervisor.noQueues}>
        {m.supervisor.noQueuesHint}
      </Empty>
    );
  }
  const rows = shown.map((queue): Row => ({ queue, stats: stats.data?.find((each) => each.queue === queue.id) }));
  return (
    <>
      <Figures stats={rows.flatMap((row) => row.stats ?? [])} />
      <Table label={m.supervisor.queues} columns={columns} rows={rows} id={({ queue }) => queue.id} testId="queue-row" />
      <p className="mt-2 px-1 text-sm text-faint">{m.supervisor.sinceMidnight}</p>
    </>
  );
}

/** All queues together, large enough to be read from across a room. */
function Figures({ stats }: { stats: QueueStats[] }) {
  const now = useNow();
  const sum = (value: (each: QueueStats) => number) => stats.reduce((total, each) => total + value(each), 0);
  const oldest = stats.flatMap(({ oldest_since }) => oldest_since ?? []).toSorted()[0];
  const waiting = sum((each) => each.waiting);
  const figures: [string, string | number, string?][] = [
    [m.supervisor.waiting, waiting, waiting > 0 ? "text-warn-text" : undefined],
    [m.supervisor.longest, oldest ? formatDuration(now - Date.parse(oldest)) : "–"],
    [m.supervisor.talking, sum((each) => each.interacting)],
    [m.supervisor.answered, sum((each) => each.answered)],
    [m.supervisor.abandoned, sum((each) => each.abandoned)],
  ];
  return (
    <dl className="mb-5 grid grid-cols-[repeat(auto-fit,minmax(7rem,1fr))] gap-3">
      {figures.map(([name, value, look]) => (
        <div key={name} className="flex flex-col-reverse rounded-2xl border border-line px-4 py-3">
          <dt className="text-soft">{name}</dt>
          <dd className={cx("tabular text-3xl leading-tight font-semibold tracking-tight", look)}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const count = (key: string, name: string, value: (stats: QueueStats) => number): Column<Row> => ({
  key,
  name,
  number: true,
  cell: ({ stats }) => (stats ? value(stats) : "–"),
});

const columns: Column<Row>[] = [
  { key: "queue", name: m.supervisor.queue, cell: ({ queue }) => queue.name },
  {
    key: "waiting",
    name: m.supervisor.waiting,
    number: true,
    cell: ({ stats }) =>
      stats ? (
        <span className={cx(stats.waiting > 0 && "inline-block min-w-7 rounded-md bg-warn-soft px-1.5 text-center font-semibold text-warn-text")}>{stats.waiting}</span>
      ) : (
        "–"
      ),
  },
  { key: "longest", name: m.supervisor.longest, number: true, cell: ({ queue, stats }) => <Longest queue={queue} since={stats?.oldest_since ?? null} /> },
  count("talking", m.supervisor.talking, (stats) => stats.interacting),
  count("on_queue", m.supervisor.onQueue, (stats) => stats.agents_on_queue),
  count("idle", m.supervisor.idle, (stats) => stats.agents_idle),
  count("offered", m.supervisor.offered, (stats) => stats.offered),
  count("answered", m.supervisor.answered, (stats) => stats.answered),
  count("abandoned", m.supervisor.abandoned, (stats) => stats.abandoned),
  {
    key: "service_level",
    name: m.supervisor.sl,
    number: true,
    cell: ({ queue, stats }) => <ServiceLevel queue={queue} percent={stats?.service_level.negative ?? null} />,
  },
  {
    key: "asa",
    name: m.supervisor.asa,
    title: m.supervisor.asaTitle,
    number: true,
    cell: ({ stats }) => (stats?.average_speed_of_answer_ms != null ? formatDuration(stats.average_speed_of_answer_ms) : "–"),
  },
];

function Longest({ queue, since }: { queue: Queue; since: string | null }) {
  const now = useNow();
  if (!since) return "–";
  const ms = now - Date.parse(since);
  const late = ms > queue.target_seconds * 1_000;
  return <span className={cx(late && "font-semibold text-bad-text")}>{formatDuration(ms)}</span>;
}

function ServiceLevel({ queue, percent }: { queue: Queue; percent: number | null }) {
  if (percent === null) return "–";
  const look = percent >= 80 ? "text-good-text" : percent >= 60 ? "text-warn-text" : "text-bad-text";
  return (
    <span title={m.supervisor.slTitle(queue.target_seconds)} className={cx("font-medium", look)}>
      {Math.round(percent)} %
    </span>
  );
}
