import { useQuery } from "@tanstack/react-query";
import { queries } from "../api/queries";
import type { LimitInfo } from "../api/types";
import { m } from "../messages";
import { Failure, SkeletonRows } from "../ui/states";
import { Table, type Column } from "../ui/Table";

/** How many of each thing the org may have, and has. */
export function LimitsAdmin() {
  const limits = useQuery(queries.limits);
  if (limits.isPending) return <SkeletonRows count={4} />;
  if (limits.isError) return <Failure error={limits.error} retry={() => void limits.refetch()} />;
  return (
    <div className="flex flex-col gap-4">
      <p className="text-soft">{m.admin.limitsHint}</p>
      <Table label={m.admin.limits} columns={columns} rows={limits.data} id={(info) => info.limit} testId="limit-row" />
    </div>
  );
}

const columns: Column<LimitInfo>[] = [
  { key: "limit", name: m.admin.limitOf, cell: (info) => m.admin.limitNames[info.limit] },
  { key: "used", name: m.admin.limitUsed, number: true, cell: (info) => info.used.toLocaleString("en") },
  { key: "value", name: m.admin.limitValue, number: true, cell: (info) => info.value.toLocaleString("en") },
];
