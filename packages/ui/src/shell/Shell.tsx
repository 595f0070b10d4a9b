// The frame of every screen: project above, search, the intents and their rooms, the account below.
import { useNavigate, Link, Outlet, useRouterState } from "@tanstack/react-router";
import { ChevronsUpDown, LogOut, Menu, Plus, Search, Settings, UserRound, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { Annotated } from "@/report/annotations.tsx";
import { IconButton } from "@/ui/Button.tsx";
import { OptionList } from "@/ui/OptionList.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { intents } from "./roomList.ts";
import { Mark } from "./Mark.tsx";
import { Palette } from "./Palette.tsx";
import { rememberProject, useMe, useProject } from "./session.tsx";
import styles from "./Shell.module.css";

export function Shell() {
  const { t } = useSpeech();
  const project = useProject();
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [menuOpen, setMenuOpen] = useState(false);
  const path = useRouterState({ select: (state) => state.location.pathname });

  useEffect(() => rememberProject(project.id), [project.id]);
  const rooms = useRef<HTMLDivElement>(null);
  useEffect(() => {
    setMenuOpen(false);
    // There are more rooms than a low window shows.
    rooms.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }, [path]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setPaletteOpen((open) => !open);
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main">
        {t("shell.skip")}
      </a>
      <header className={styles.top}>
        <IconButton label={t("shell.menu")} icon={menuOpen ? <X /> : <Menu />} aria-expanded={menuOpen} onClick={() => setMenuOpen((open) => !open)} />
        <Mark />
        <span className={styles.topName}>{project.name}</span>
        <IconButton label={t("shell.search")} icon={<Search />} onClick={() => setPaletteOpen(true)} />
      </header>
      <nav className={styles.nav} data-open={menuOpen || undefined} aria-label={t("shell.navigation")}>
        <ProjectSwitch />
        <button type="button" className={styles.search} onClick={() => setPaletteOpen(true)}>
          <Search aria-hidden />
          <span>{t("shell.search")}</span>
          <kbd>{isMac() ? "⌘K" : "Ctrl K"}</kbd>
        </button>
        <div ref={rooms} className={styles.rooms}>
          {intents.map((intent) => (
            <section key={intent.label}>
              <h2>{t(intent.label)}</h2>
              <ul>
                {intent.rooms.map((room) => (
                  <li key={room.path}>
                    <Link to={`/p/$project/${room.path}`} params={{ project: String(project.id) }} className={styles.room} activeProps={{ "data-active": true, "aria-current": "page" }}>
                      <room.icon aria-hidden />
                      {t(room.label)}
                    </Link>
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </div>
        <Foot />
      </nav>
      {menuOpen && <div className={styles.scrim} onClick={() => setMenuOpen(false)} />}
      <main id="main" className={styles.main}>
        <Annotated>
          <Outlet />
        </Annotated>
      </main>
      {paletteOpen && <Palette onClose={() => setPaletteOpen(false)} />}
    </div>
  );
}

function ProjectSwitch() {
  const { t, format } = useSpeech();
  const me = useMe();
  const project = useProject();
  const navigate = useNavigate();
  return (
    <Popover
      label={t("shell.projects")}
      trigger={(props) => (
        <button {...props} className={styles.project} aria-label={t("shell.projects")}>
          <Mark />
          <span>{project.name}</span>
          <ChevronsUpDown aria-hidden />
        </button>
      )}
    >
      {(close) => (
        <>
          <OptionList
            options={[
              ...me.projects.map((one) => ({ value: String(one.id), label: one.name, hint: one.events == null ? undefined : t("count.events", { n: one.events, shown: format.compact(one.events) }) })),
              ...(me.user.everywhere === "admin" ? [{ value: "new", label: t("shell.newProject"), icon: <Plus aria-hidden /> }] : []),
            ]}
            selected={String(project.id)}
            placeholder={t("shell.findProject")}
            empty={t("pick.nothing")}
            searchable={me.projects.length > 6}
            onPick={(value) => {
              close();
              if (value === "new") void navigate({ to: "/new-project" });
              else void navigate({ to: "/p/$project", params: { project: value } });
            }}
          />
        </>
      )}
    </Popover>
  );
}

function Foot() {
  const { t } = useSpeech();
  const { user } = useMe();
  const project = useProject();
  const params = { project: String(project.id) };
  return (
    <div className={styles.foot}>
      <Link to="/p/$project/settings" params={params} className={styles.room} activeOptions={{ exact: true }} activeProps={{ "data-active": true, "aria-current": "page" }}>
        <Settings aria-hidden />
        {t("room.settings")}
      </Link>
      <div className={styles.account}>
        <Link to="/p/$project/settings/$tab" params={{ ...params, tab: "account" }} className={styles.room} activeProps={{ "data-active": true, "aria-current": "page" }}>
          <UserRound aria-hidden />
          <span className={styles.accountName}>{user.name || user.email}</span>
        </Link>
        <IconButton
          label={t("shell.signOut")}
          icon={<LogOut />}
          onClick={() => {
            // A full load forgets every answer kept in memory.
            void api.signOut().finally(() => location.assign("/signin"));
          }}
        />
      </div>
    </div>
  );
}

function isMac(): boolean {
  return /Mac|iP(hone|ad)/.test(navigator.userAgent);
}
