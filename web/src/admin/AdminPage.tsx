import { useNavigate, useSearch } from "@tanstack/react-router";
import { AuditAdmin } from "../audit/AuditAdmin";
import type { AdminTab } from "../router";
import { m } from "../messages";
import { useMay, useMe } from "../session/me";
import { NotFound } from "../shell/Crash";
import { TelephonyAdmin } from "../telephony/TelephonyAdmin";
import { TabbedPage } from "../ui/TabbedPage";
import { WebhooksAdmin } from "../webhooks/WebhooksAdmin";
import { ClientsAdmin } from "./ClientsAdmin";
import { DivisionsAdmin } from "./DivisionsAdmin";
import { GroupsAdmin } from "./GroupsAdmin";
import { LimitsAdmin } from "./LimitsAdmin";
import { PeopleAdmin } from "./PeopleAdmin";
import { RolesAdmin } from "./RolesAdmin";
import { SignInAdmin } from "./SignInAdmin";

/** People's accounts, groups, what roles allow, divisions, programs, webhooks, how people sign in, telephony, limits, and who changed what, for those who administer the org. */
export function AdminPage() {
  const may = useMay();
  const { org } = useMe();
  const search = useSearch({ from: "/signed-in/admin" });
  const navigate = useNavigate({ from: "/admin" });
  const tabs: AdminTab[] = [];
  if (may("people:write") || may("role:write")) tabs.push("people");
  if (may("people:write") || may("role:write")) tabs.push("groups");
  if (may("role:write")) tabs.push("roles");
  if (may("division:write")) tabs.push("divisions");
  if (may("client:read")) tabs.push("clients");
  if (may("webhook:manage")) tabs.push("webhooks");
  if (may("signin:manage")) tabs.push("signin");
  if (may("phone:write") || may("trunk:manage")) tabs.push("telephony");
  if (may("people:write")) tabs.push("limits");
  if (may("audit:read")) tabs.push("audit");
  const tab = tabs.find((each) => each === search.tab) ?? tabs[0];
  if (!tab) return <NotFound />;
  return (
    <TabbedPage
      title={m.admin.title}
      aside={
        org.region && (
          <p className="text-sm text-soft" data-testid="region" title={m.admin.regionHint}>
            {m.admin.region(org.region)}
          </p>
        )
      }
      testId="admin"
      tabs={tabs}
      tab={tab}
      onTab={(next) => void navigate({ search: { tab: next }, replace: true })}
      label={(each) => m.admin[each]}
      views={{
        people: <PeopleAdmin />,
        groups: <GroupsAdmin />,
        roles: <RolesAdmin />,
        divisions: <DivisionsAdmin />,
        clients: <ClientsAdmin />,
        webhooks: <WebhooksAdmin />,
        signin: <SignInAdmin />,
        telephony: <TelephonyAdmin />,
        limits: <LimitsAdmin />,
        audit: <AuditAdmin />,
      }}
    />
  );
}
