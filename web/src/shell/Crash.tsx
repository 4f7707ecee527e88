import { Link, type ErrorComponentProps } from "@tanstack/react-router";
import { CloudOff, Compass } from "lucide-react";
import { m } from "../messages";
import { Button } from "../ui/Button";
import { describe, Empty, Failure } from "../ui/states";
import { Problem } from "../api/client";

export function Crash({ error, reset }: ErrorComponentProps) {
  if (error instanceof Problem) return <Failure error={error} retry={reset} />;
  return (
    <div role="alert" className="h-full">
      <Empty
        icon={<CloudOff />}
        title={m.failure.crash}
        action={<Button onClick={() => location.reload()}>{m.failure.reload}</Button>}
      >
        {describe(error)}
      </Empty>
    </div>
  );
}

export function NotFound() {
  return (
    <Empty
      icon={<Compass />}
      title={m.failure.notFound}
      action={
        <Link to="/" className="font-medium text-accent-text underline underline-offset-2">
          {m.failure.home}
        </Link>
      }
    >
      {m.failure.notFoundHint}
    </Empty>
  );
}
