import { useQuery } from "@tanstack/react-query";
import { CircleAlert, Server } from "lucide-react";
import { queries } from "../api/queries";
import type { Node, NodeId } from "../api/types";
import { m } from "../messages";
import { cx } from "../ui/cx";
import { Failure, SkeletonRows } from "../ui/states";
import { Table, type Column } from "../ui/Table";
import { addresses, ROLES, unserved } from "./model";

export function NodesTable() {
  const nodes = useQuery(queries.nodes);
  if (nodes.isPending) return <SkeletonRows count={3} />;
  if (nodes.isError) return <Failure error={nodes.error} retry={() => void nodes.refetch()} />;
  const { answering, items } = nodes.data;
  const missing = unserved(items);
  return (
    <div className="flex flex-col gap-4">
      {missing.length > 0 && (
        <p role="status" data-testid="unserved" className="flex items-start gap-2.5 rounded-2xl bg-warn-soft px-4 py-3 text-warn-text">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          {m.operations.unserved(missing.map((role) => m.operations.roleNames[role]))}
        </p>
      )}
      <Table label={m.operations.nodes} columns={columns(answering)} rows={items} id={(node) => node.id} testId="node-row" />
      {items.length === 1 && (
        <section data-testid="single-process" className="flex items-start gap-3 rounded-2xl bg-sunken px-4 py-3.5">
          <Server aria-hidden className="mt-0.5 size-5 shrink-0 text-faint" />
          <div>
            <h2 className="font-semibold">{m.operations.single}</h2>
            <p className="max-w-prose text-soft">{m.operations.singleHint}</p>
          </div>
        </section>
      )}
    </div>
  );
}

const badge = "rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap";

const columns = (answering: NodeId): Column<Node>[] => [
  {
    key: "name",
    name: m.operations.node,
    cell: ({ id, name }) => (
      <span className="flex min-w-0 items-center gap-2">
        <span className="truncate">{name}</span>
        {id === answering && (
          <span title={m.operations.answeringTitle} className={cx(badge, "bg-selected text-accent-text")}>
            {m.operations.answering}
          </span>
        )}
      </span>
    ),
  },
  {
    key: "state",
    name: m.operations.state,
    cell: ({ draining }) => (
      <span title={draining ? m.operations.drainingTitle : undefined} className={cx(badge, draining ? "bg-warn-soft text-warn-text" : "bg-good-soft text-good-text")}>
        {draining ? m.operations.draining : m.operations.serving}
      </span>
    ),
  },
  { key: "version", name: m.operations.version, cell: ({ version }) => <span className="tabular">{version}</span> },
  { key: "calls", name: m.operations.calls, number: true, cell: ({ load }) => load.calls },
  { key: "endpoints", name: m.operations.endpoints, title: m.operations.endpointsTitle, number: true, cell: ({ load }) => load.endpoints },
  {
    key: "roles",
    name: m.operations.roles,
    span: "all",
    cell: ({ roles }) => (
      <span className="flex flex-wrap gap-1">
        {ROLES.filter((role) => roles.includes(role)).map((role) => (
          <span key={role} title={m.operations.roleHints[role]} className={cx(badge, "bg-hover text-soft")}>
            {m.operations.roleNames[role]}
          </span>
        ))}
      </span>
    ),
  },
  {
    key: "addresses",
    name: m.operations.addresses,
    span: "all",
    cell: (node) => {
      const all = addresses(node);
      if (all.length === 0) return null;
      return (
        <span className="tabular flex flex-wrap gap-x-3 text-sm xl:grid xl:grid-cols-2">
          {all.map(({ way, address }) => (
            <span key={way} className="whitespace-nowrap">
              <span className="text-soft">{m.operations.ways[way]}</span> {address}
            </span>
          ))}
        </span>
      );
    },
  },
];
