import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { MessageCircle, Phone, UserX, Video } from "lucide-react";
import type { ReactNode } from "react";
import { queries } from "../api/queries";
import { startCall } from "../calls/actions";
import { openDirectChat } from "../chat/open";
import { m } from "../messages";
import { useMay, useMe } from "../session/me";
import { DetailHeader } from "../shell/ListDetail";
import { PersonAvatar, PresenceDot } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { Empty, Failure, Skeleton } from "../ui/states";
import { formatShort } from "../ui/time";
import { toastError } from "../ui/toasts";

export function PersonPage() {
  const { person: id } = useParams({ from: "/signed-in/people/$person" });
  const people = useQuery(queries.people);
  const person = people.data?.find((each) => each.id === id);
  const me = useMe();
  const may = useMay();
  const navigate = useNavigate();

  if (people.isError) return <Failure error={people.error} retry={() => void people.refetch()} />;
  if (people.isPending) return <Skeleton className="m-8 h-40" />;
  if (!person) {
    return (
      <>
        <DetailHeader back="/people">{m.people.title}</DetailHeader>
        <Empty icon={<UserX />} title={m.people.gone} />
      </>
    );
  }
  const self = person.id === me.user.id;
  const call = (video: boolean) => void startCall({ kind: "user", user: person.id }, video);
  return (
    <article className="flex h-full flex-col">
      <DetailHeader back="/people">
        <span className="truncate font-semibold md:hidden">{person.display_name}</span>
      </DetailHeader>
      <div className="min-h-0 grow overflow-y-auto p-5 md:p-8">
        <div className="mx-auto flex max-w-2xl flex-col gap-6">
          <div className="flex flex-wrap items-center gap-5">
            <PersonAvatar person={person} size="huge" />
            <div className="min-w-0 grow">
              <h2 className="text-2xl font-semibold tracking-tight text-balance">{person.display_name}</h2>
              {person.title && <p className="text-soft">{person.title}</p>}
              {!person.active && <p className="mt-1 font-medium text-bad-text">{m.people.inactive}</p>}
              <p className="mt-1.5 flex flex-wrap items-center gap-x-2">
                <PresenceDot presence={person.presence} plain />
                <span>{m.presence.describe(person.presence)}</span>
                <span className="text-faint">{m.people.since(formatShort(person.presence.since))}</span>
              </p>
            </div>
          </div>
          {self ? (
            <p className="text-soft">{m.people.mine}</p>
          ) : (
            <div className="flex flex-wrap gap-2">
              {may("chat:use") && (
                <Button
                  look="primary"
                  data-testid="person-message"
                  icon={<MessageCircle className="size-4" />}
                  onClick={() =>
                    void openDirectChat(person.id).then((chat) => navigate({ to: "/chat/$chat", params: { chat } }), toastError)
                  }
                >
                  {m.people.write}
                </Button>
              )}
              {may("call:use") && (
                <>
                  <Button data-testid="person-call" icon={<Phone className="size-4" />} onClick={() => call(false)}>
                    {m.people.call}
                  </Button>
                  <Button data-testid="person-video" icon={<Video className="size-4" />} onClick={() => call(true)}>
                    {m.people.video}
                  </Button>
                </>
              )}
            </div>
          )}
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-8 gap-y-2.5 rounded-2xl border border-line p-5">
            <Fact name={m.people.extension}>{person.extension ?? "–"}</Fact>
            <Fact name={m.people.login}>{person.name}</Fact>
            <Fact name={m.people.roles}>{person.roles.map(m.people.role).join(", ") || "–"}</Fact>
          </dl>
        </div>
      </div>
    </article>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt className="text-soft">{name}</dt>
    <dd className="tabular truncate">{children}</dd>
  </>
);
