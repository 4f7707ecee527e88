import { Link } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import { m } from "../messages";
import { GrantsCard } from "./GrantsCard";
import { PasskeysCard } from "./PasskeysCard";
import { PasswordCard } from "./PasswordCard";
import { SecondFactorCard } from "./SecondFactorCard";
import { SessionsCard } from "./SessionsCard";
import { TokensCard } from "./TokensCard";

/** What lets somebody in as oneself. */
export const SecurityPage = () => (
  <div className="h-full overflow-y-auto" data-testid="security">
    <div className="mx-auto flex max-w-2xl flex-col gap-5 p-4 md:p-8">
      <div>
        <Link to="/settings" className="mb-1 inline-flex items-center gap-1 text-sm text-soft hover:text-text">
          <ChevronLeft aria-hidden className="size-4" />
          {m.security.back}
        </Link>
        <h1 className="text-2xl font-semibold tracking-tight">{m.settings.security}</h1>
      </div>
      <SessionsCard />
      <PasskeysCard />
      <PasswordCard />
      <SecondFactorCard />
      <TokensCard />
      <GrantsCard />
    </div>
  </div>
);
