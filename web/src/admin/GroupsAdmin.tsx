import { useQuery } from "@tanstack/react-query";
import { Plus, Trash2, UsersRound } from "lucide-react";
import { useState } from "react";
import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { GroupInfo, RoleInfo } from "../api/types";
import { m } from "../messages";
import { useMay } from "../session/me";
import { Button } from "../ui/Button";
import { Confirm, type Question } from "../ui/Confirm";
import { Secret } from "../ui/Secret";
import { Empty, Failure, SkeletonRows } from "../ui/states";
import { Table, type Column } from "../ui/Table";
import { toast } from "../ui/toasts";
import { GroupDrawer } from "./GroupDrawer";
import { Managed } from "./Managed";
import { titleOf } from "./model";

/** The org's groups: who is in them, and the roles they give. */
export function GroupsAdmin() {
  const may = useMay();
  const groups = useQuery(queries.groups);
  const roles = useQuery(queries.roles);
  const [shown, setShown] = useState<string>();
  const [question, setQuestion] = useState<Question>();
  if (groups.isPending) return <SkeletonRows count={4} />;
  if (groups.isError) return <Failure error={groups.error} retry={() => void groups.refetch()} />;

  const take = (group: GroupInfo) => async () => {
    await tandem.groups.remove(group.id);
    toast(m.admin.groupRemoved(group.name), "good");
    await queryClient.invalidateQueries({ queryKey: ["groups"] });
  };
  const ask = (group: GroupInfo) =>
    setQuestion({ title: m.admin.removeGroupTitle(group.name), hint: m.admin.removeGroupHint, action: m.admin.removeGroup, run: take(group) });
  const open = groups.data.find((group) => group.id === shown);
  return (
    <div className="flex flex-col gap-4">
      {may("people:write") && (
        <Button className="self-start" data-testid="group-new" icon={<Plus className="size-4" />} onClick={() => setShown("new")}>
          {m.admin.newGroup}
        </Button>
      )}
      {groups.data.length === 0 ? (
        <Empty icon={<UsersRound />} title={m.admin.noGroups}>
          {m.admin.noGroupsHint}
        </Empty>
      ) : (
        <Table
          label={m.admin.groups}
          columns={columns(roles.data, (group) => setShown(group.id), may("people:write") ? ask : undefined)}
          rows={groups.data}
          id={(group) => group.id}
          testId="group-row"
        />
      )}
      {may("people:write") && <Secret label={m.admin.scimAddress} hint={m.admin.scimHint} value={`${location.origin}/scim/v2`} testId="scim-address" />}
      {(shown === "new" || open) && <GroupDrawer key={shown} group={open} show={setShown} close={() => setShown(undefined)} />}
      <Confirm question={question} close={() => setQuestion(undefined)} />
    </div>
  );
}

const columns = (
  roles: readonly RoleInfo[] | undefined,
  show: (group: GroupInfo) => void,
  take: ((group: GroupInfo) => void) | undefined,
): Column<GroupInfo>[] => [
  { key: "name", name: m.admin.groupName, cell: (group) => group.name },
  { key: "roles", name: m.admin.rolesHeld, span: "two", cell: (group) => group.roles.map((role) => titleOf(roles, role)).join(", ") },
  { key: "managed", name: m.admin.managed, cell: (group) => <Managed provisioned={group.provisioned} /> },
  { key: "members", name: m.admin.members, number: true, cell: (group) => group.members },
  {
    key: "actions",
    name: <span className="sr-only">{m.admin.actions}</span>,
    action: true,
    className: "text-right",
    cell: (group) => (
      <span className="flex justify-end gap-1.5">
        <Button size="small" data-testid={`group-show-${group.name}`} aria-label={m.admin.editLabel(group.name)} onClick={() => show(group)}>
          {m.admin.edit}
        </Button>
        {take && (
          <Button
            size="small"
            data-testid={`group-remove-${group.name}`}
            aria-label={m.admin.removeGroupLabel(group.name)}
            icon={<Trash2 className="size-3.5" />}
            onClick={() => take(group)}
          >
            {m.admin.removeGroup}
          </Button>
        )}
      </span>
    ),
  },
];
