import { useQuery } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { tandem } from "../api/client";
import { queries, queryClient } from "../api/queries";
import type { RoleInfo } from "../api/types";
import { m } from "../messages";
import { Button } from "../ui/Button";
import { Confirm, type Question } from "../ui/Confirm";
import { cx } from "../ui/cx";
import { Failure, SkeletonRows } from "../ui/states";
import { Table, type Column } from "../ui/Table";
import { toast } from "../ui/toasts";
import { RoleDrawer } from "./RoleDrawer";

const badge = "rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap";

/** The roles there are, and the org's own to be defined. */
export function RolesAdmin() {
  const roles = useQuery(queries.roles);
  const [shown, setShown] = useState<RoleInfo | "new">();
  const [question, setQuestion] = useState<Question>();
  if (roles.isPending) return <SkeletonRows count={4} />;
  if (roles.isError) return <Failure error={roles.error} retry={() => void roles.refetch()} />;

  const take = (role: RoleInfo) => async () => {
    await tandem.roles.remove(role.name);
    toast(m.admin.roleRemoved(role.title), "good");
    await queryClient.invalidateQueries({ queryKey: ["roles"] });
  };
  const ask = (role: RoleInfo) =>
    setQuestion({ title: m.admin.removeRoleTitle(role.title), hint: m.admin.removeRoleHint, action: m.admin.removeRole, run: take(role) });
  return (
    <div className="flex flex-col gap-4">
      <Button className="self-start" data-testid="role-new" icon={<Plus className="size-4" />} onClick={() => setShown("new")}>
        {m.admin.newRole}
      </Button>
      <Table label={m.admin.roles} columns={columns(setShown, ask)} rows={roles.data} id={(role) => role.name} testId="role-row" />
      {shown && <RoleDrawer role={shown === "new" ? undefined : shown} close={() => setShown(undefined)} />}
      <Confirm question={question} close={() => setQuestion(undefined)} />
    </div>
  );
}

const columns = (show: (role: RoleInfo) => void, take: (role: RoleInfo) => void): Column<RoleInfo>[] => [
  { key: "title", name: m.admin.roleTitle, cell: (role) => role.title },
  { key: "name", name: m.admin.roleName, cell: (role) => role.name },
  {
    key: "kind",
    name: m.admin.kind,
    cell: (role) => (
      <span className={cx(badge, role.built_in ? "bg-hover text-soft" : "bg-selected text-accent-text")}>{role.built_in ? m.admin.builtIn : m.admin.own}</span>
    ),
  },
  { key: "holders", name: m.admin.holders, number: true, cell: (role) => role.holders },
  {
    key: "actions",
    name: <span className="sr-only">{m.admin.actions}</span>,
    action: true,
    className: "text-right",
    cell: (role) => (
      <span className="flex justify-end gap-1.5">
        <Button
          size="small"
          data-testid={`role-show-${role.name}`}
          aria-label={role.built_in ? m.admin.showLabel(role.title) : m.admin.editLabel(role.title)}
          onClick={() => show(role)}
        >
          {role.built_in ? m.admin.show : m.admin.edit}
        </Button>
        {!role.built_in && (
          <Button
            size="small"
            data-testid={`role-remove-${role.name}`}
            aria-label={m.admin.removeLabel(role.title)}
            icon={<Trash2 className="size-3.5" />}
            onClick={() => take(role)}
          >
            {m.admin.removeRole}
          </Button>
        )}
      </span>
    ),
  },
];
