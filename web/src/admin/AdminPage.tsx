import type { JSX } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { ApiError, ask, errorWords } from "../api.ts";
import { Brand, Button, Notice } from "../ui/index.ts";
import { t } from "../words.ts";
import { ClockHold, Figures, Lately, Server } from "./Overview.tsx";
import { Retention } from "./Retention.tsx";
import { SignIn } from "./SignIn.tsx";
import type { AdminState } from "./types.ts";

export interface AdminData {
  readonly signed_in: boolean;
  readonly set_up: boolean;
}

export function AdminPage({ data }: { readonly data: AdminData }): JSX.Element {
  const [signedIn, setSignedIn] = useState(data.signed_in);
  const [state, setState] = useState<AdminState | null>(null);
  const [failure, setFailure] = useState("");
  const load = useCallback(async () => {
    setFailure("");
    try {
      setState(await ask<AdminState>("/api/admin/state"));
    } catch (problem) {
      if (problem instanceof ApiError && (problem.status === 401 || problem.status === 403)) setSignedIn(false);
      else setFailure(errorWords(problem));
    }
  }, []);
  useEffect(() => {
    if (signedIn) void load();
  }, [signedIn, load]);
  async function signOut(): Promise<void> {
    try {
      await ask("/api/admin/sign-out", { method: "POST" });
    } finally {
      setState(null);
      setSignedIn(false);
    }
  }
  return (
    <>
      <header class="head">
        <Brand />
        <span class="second">{t("admin.title")}</span>
        {signedIn && (
          <span class="leave">
            <Button kind="quiet" onClick={() => void signOut()}>
              {t("admin.sign_out")}
            </Button>
          </span>
        )}
      </header>
      {signedIn ? (
        <div class="admin">
          <Contents />
          <main class="stack">
            <div id="retention">
              <h1>{t("admin.retention")}</h1>
              <p class="second">{t("admin.cannot_watch")}</p>
            </div>
            {failure && (
              <Notice kind="pause" role="alert">
                <p>{failure}</p>
                <div>
                  <Button onClick={() => void load()}>{t("common.try_again")}</Button>
                </div>
              </Notice>
            )}
            {state && (
              <>
                <ClockHold state={state} />
                <Figures state={state} />
                <Retention state={state} onSaved={load} />
                <Lately state={state} />
                <Server state={state} />
              </>
            )}
          </main>
        </div>
      ) : (
        <main>
          <SignIn setUp={data.set_up} onSignedIn={() => setSignedIn(true)} />
        </main>
      )}
    </>
  );
}

function Contents(): JSX.Element {
  return (
    <nav class="contents" aria-label={t("admin.contents")}>
      <ul>
        <li>
          <a class="tab" href="#retention">
            {t("admin.contents_recordings")}
          </a>
        </li>
        <li>
          <a class="tab" href="#lately">
            {t("admin.lately")}
          </a>
        </li>
        <li>
          <a class="tab" href="#server">
            {t("admin.server")}
          </a>
        </li>
      </ul>
    </nav>
  );
}
