// The addresses of the screens. State lives in them: the project in the path, the question of a report in `q`.
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";
import { api, ApiError } from "@/api/client.ts";
import { readSearch, writeSearch } from "@/question/urlText.ts";
import type { ReportSearch } from "@/report/ReportScreen.tsx";
import type { PlayerSearch } from "@/rooms/recording/PlayerRoom.tsx";
import type { RecordingsSearch } from "@/rooms/recording/RecordingsRoom.tsx";
import { TABS as STUDY_TABS, type StudySearch } from "@/rooms/interview/search.ts";
import { ALERT_TABS, type AlertSearch, type AlertsSearch } from "@/rooms/alert/search.ts";
import type { BoardSearch, SharedBoardSearch } from "@/rooms/board/search.ts";
import type { MetricSearch, TreeSearch } from "@/rooms/metric/search.ts";
import { PLAN_TABS, type PlanSearch } from "@/rooms/plan/search.ts";
import { TABS, type SurveySearch } from "@/rooms/survey/search.ts";
import { TASK_TABS, type TaskSearch } from "@/rooms/task/search.ts";
import { TEST_TABS, type UserTestSearch } from "@/rooms/user-test/search.ts";
import { Lost, RouteFailure, Waiting } from "@/shell/Places.tsx";
import { ME_KEY, startingProject } from "@/shell/session.tsx";
import { Shell } from "@/shell/Shell.tsx";

interface Context {
  client: QueryClient;
}

const root = createRootRouteWithContext<Context>()({ component: Outlet, notFoundComponent: Lost });

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** Set or not: an address has it as a word. */
const flag = (value: unknown): true | undefined => (value === true || value === "true" ? true : undefined);

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/signin",
  validateSearch: (search: Record<string, unknown>) => ({ token: text(search.token), to: text(search.to) }),
  component: lazyRouteComponent(() => import("@/rooms/session/SignIn.tsx"), "SignIn"),
});

const setUp = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  validateSearch: (search: Record<string, unknown>) => ({ token: text(search.token) }),
  component: lazyRouteComponent(() => import("@/rooms/session/SetUp.tsx"), "SetUp"),
});

const join = createRoute({
  getParentRoute: () => root,
  path: "/join",
  validateSearch: (search: Record<string, unknown>) => ({ token: text(search.token) }),
  component: lazyRouteComponent(() => import("@/rooms/session/Join.tsx"), "Join"),
});

/** Everything below asks who is signed in first; an installation without anybody goes to its set-up. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  beforeLoad: async ({ context, location }) => {
    try {
      await context.client.ensureQueryData({ queryKey: ME_KEY, queryFn: api.me, staleTime: 60_000 });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      const status = await api.status();
      if (status.setup_required) throw redirect({ to: "/setup", search: { token: undefined } });
      throw redirect({ to: "/signin", search: { to: location.href === "/" ? undefined : location.href, token: undefined } });
    }
  },
  component: Outlet,
});

const home = createRoute({
  getParentRoute: () => signedIn,
  path: "/",
  beforeLoad: ({ context }) => {
    const me = context.client.getQueryData<Awaited<ReturnType<typeof api.me>>>(ME_KEY);
    const project = startingProject(me?.projects ?? []);
    if (!project) throw redirect({ to: "/new-project" });
    throw redirect({ to: "/p/$project", params: { project: String(project.id) } });
  },
});

const newProject = createRoute({
  getParentRoute: () => signedIn,
  path: "/new-project",
  component: lazyRouteComponent(() => import("@/rooms/project/NewProject.tsx"), "NewProject"),
});

const project = createRoute({
  getParentRoute: () => signedIn,
  path: "/p/$project",
  beforeLoad: ({ context, params }) => {
    const me = context.client.getQueryData<Awaited<ReturnType<typeof api.me>>>(ME_KEY);
    if (!me?.projects.some((one) => String(one.id) === params.project)) throw redirect({ to: "/" });
  },
  component: Shell,
});

const projectHome = createRoute({
  getParentRoute: () => project,
  path: "/",
  beforeLoad: async ({ params, context }) => {
    const me = context.client.getQueryData<Awaited<ReturnType<typeof api.me>>>(ME_KEY);
    const here = me?.projects.find((one) => String(one.id) === params.project);
    if (here?.events === 0) throw redirect({ to: "/p/$project/start", params });
    const { boards } = await context.client.ensureQueryData({ queryKey: ["boards", Number(params.project)], queryFn: () => api.boards(Number(params.project)) });
    throw redirect({ to: boards.length === 0 ? "/p/$project/reports" : "/p/$project/boards", params });
  },
});

const reportSearch = (search: Record<string, unknown>): ReportSearch => ({ q: search.q, v: search.v, r: text(search.r), at: search.at, title: text(search.title), parts: search.parts });

const trends = createRoute({ getParentRoute: () => project, path: "trends", validateSearch: reportSearch, component: lazyRouteComponent(() => import("@/rooms/trend/TrendRoom.tsx"), "TrendRoom") });
const funnels = createRoute({ getParentRoute: () => project, path: "funnels", validateSearch: reportSearch, component: lazyRouteComponent(() => import("@/rooms/funnel/FunnelRoom.tsx"), "FunnelRoom") });
const retention = createRoute({ getParentRoute: () => project, path: "retention", validateSearch: reportSearch, component: lazyRouteComponent(() => import("@/rooms/retention/RetentionRoom.tsx"), "RetentionRoom") });
const engagement = createRoute({ getParentRoute: () => project, path: "engagement", validateSearch: reportSearch, component: lazyRouteComponent(() => import("@/rooms/frequency/FrequencyRoom.tsx"), "FrequencyRoom") });
const lifecycle = createRoute({ getParentRoute: () => project, path: "lifecycle", validateSearch: reportSearch, component: lazyRouteComponent(() => import("@/rooms/lifecycle/LifecycleRoom.tsx"), "LifecycleRoom") });
const journeys = createRoute({ getParentRoute: () => project, path: "journeys", validateSearch: reportSearch, component: lazyRouteComponent(() => import("@/rooms/journey/JourneyRoom.tsx"), "JourneyRoom") });

const sessions = createRoute({ getParentRoute: () => project, path: "sessions", validateSearch: reportSearch, component: lazyRouteComponent(() => import("@/rooms/sessions/SessionsRoom.tsx"), "SessionsRoom") });
const features = createRoute({ getParentRoute: () => project, path: "features", validateSearch: reportSearch, component: lazyRouteComponent(() => import("@/rooms/feature/FeatureRoom.tsx"), "FeatureRoom") });
const drivers = createRoute({ getParentRoute: () => project, path: "drivers", validateSearch: reportSearch, component: lazyRouteComponent(() => import("@/rooms/driver/DriverRoom.tsx"), "DriverRoom") });
const impact = createRoute({ getParentRoute: () => project, path: "impact", validateSearch: reportSearch, component: lazyRouteComponent(() => import("@/rooms/impact/ImpactRoom.tsx"), "ImpactRoom") });

const friction = createRoute({ getParentRoute: () => project, path: "friction", validateSearch: reportSearch, component: lazyRouteComponent(() => import("@/rooms/friction/FrictionRoom.tsx"), "FrictionRoom") });
const heatmaps = createRoute({ getParentRoute: () => project, path: "heatmaps", validateSearch: reportSearch, component: lazyRouteComponent(() => import("@/rooms/heatmap/HeatmapRoom.tsx"), "HeatmapRoom") });
const speed = createRoute({ getParentRoute: () => project, path: "speed", validateSearch: reportSearch, component: lazyRouteComponent(() => import("@/rooms/vital/VitalRoom.tsx"), "VitalRoom") });
const errors = createRoute({ getParentRoute: () => project, path: "errors", validateSearch: reportSearch, component: lazyRouteComponent(() => import("@/rooms/vital/ErrorRoom.tsx"), "ErrorRoom") });

const cohorts = createRoute({ getParentRoute: () => project, path: "cohorts", component: lazyRouteComponent(() => import("@/rooms/cohort/CohortList.tsx"), "CohortList") });
const cohort = createRoute({
  getParentRoute: () => project,
  path: "cohorts/$cohort",
  validateSearch: (search: Record<string, unknown>): { q?: unknown } => ({ q: search.q }),
  component: lazyRouteComponent(() => import("@/rooms/cohort/CohortRoom.tsx"), "CohortRoom"),
});

const boards = createRoute({ getParentRoute: () => project, path: "boards", component: lazyRouteComponent(() => import("@/rooms/board/BoardList.tsx"), "BoardList") });
const board = createRoute({
  getParentRoute: () => project,
  path: "boards/$board",
  validateSearch: (search: Record<string, unknown>): BoardSearch => ({ q: search.q, full: flag(search.full), tile: text(search.tile), at: search.at, title: text(search.title), parts: search.parts }),
  component: lazyRouteComponent(() => import("@/rooms/board/BoardRoom.tsx"), "BoardRoom"),
});
const metrics = createRoute({ getParentRoute: () => project, path: "metrics", component: lazyRouteComponent(() => import("@/rooms/metric/MetricList.tsx"), "MetricList") });
const metric = createRoute({
  getParentRoute: () => project,
  path: "metrics/$metric",
  validateSearch: (search: Record<string, unknown>): MetricSearch => ({ q: search.q, title: text(search.title), figure: text(search.figure), format: text(search.format), edit: flag(search.edit) }),
  component: lazyRouteComponent(() => import("@/rooms/metric/MetricRoom.tsx"), "MetricRoom"),
});
const metricTree = createRoute({
  getParentRoute: () => project,
  path: "metric-trees/$tree",
  validateSearch: (search: Record<string, unknown>): TreeSearch => ({ as_of: text(search.as_of) }),
  component: lazyRouteComponent(() => import("@/rooms/metric/TreeRoom.tsx"), "TreeRoom"),
});

const surveys = createRoute({ getParentRoute: () => project, path: "surveys", component: lazyRouteComponent(() => import("@/rooms/survey/SurveyList.tsx"), "SurveyList") });
const survey = createRoute({
  getParentRoute: () => project,
  path: "surveys/$survey",
  validateSearch: (search: Record<string, unknown>): SurveySearch => ({ tab: TABS.find((tab) => tab === search.tab), template: text(search.template), q: search.q, task: text(search.task), link: text(search.link), person: text(search.person) }),
  component: lazyRouteComponent(() => import("@/rooms/survey/SurveyRoom.tsx"), "SurveyRoom"),
});

const tasks = createRoute({ getParentRoute: () => project, path: "tasks", component: lazyRouteComponent(() => import("@/rooms/task/TaskList.tsx"), "TaskList") });
const task = createRoute({
  getParentRoute: () => project,
  path: "tasks/$task",
  validateSearch: (search: Record<string, unknown>): TaskSearch => ({
    tab: TASK_TABS.find((tab) => tab === search.tab),
    q: search.q,
    v: search.v,
    at: search.at,
    title: text(search.title),
    card: text(search.card),
    recording: text(search.recording),
  }),
  component: lazyRouteComponent(() => import("@/rooms/task/TaskRoom.tsx"), "TaskRoom"),
});

const userTests = createRoute({ getParentRoute: () => project, path: "user-tests", component: lazyRouteComponent(() => import("@/rooms/user-test/UserTestList.tsx"), "UserTestList") });
const userTest = createRoute({
  getParentRoute: () => project,
  path: "user-tests/$test",
  validateSearch: (search: Record<string, unknown>): UserTestSearch => ({ tab: TEST_TABS.find((tab) => tab === search.tab), participant: text(search.participant) }),
  component: lazyRouteComponent(() => import("@/rooms/user-test/UserTestRoom.tsx"), "UserTestRoom"),
});

const interviews = createRoute({ getParentRoute: () => project, path: "interviews", component: lazyRouteComponent(() => import("@/rooms/interview/StudyList.tsx"), "StudyList") });
const study = createRoute({
  getParentRoute: () => project,
  path: "interviews/$study",
  validateSearch: (search: Record<string, unknown>): StudySearch => ({ tab: STUDY_TABS.find((tab) => tab === search.tab) }),
  component: lazyRouteComponent(() => import("@/rooms/interview/StudyRoom.tsx"), "StudyRoom"),
});
const participant = createRoute({ getParentRoute: () => project, path: "interviews/$study/$participant", component: lazyRouteComponent(() => import("@/rooms/interview/ParticipantRoom.tsx"), "ParticipantRoom") });

const alerts = createRoute({
  getParentRoute: () => project,
  path: "alerts",
  validateSearch: (search: Record<string, unknown>): AlertsSearch => ({ tab: ALERT_TABS.find((tab) => tab === search.tab) }),
  component: lazyRouteComponent(() => import("@/rooms/alert/AlertList.tsx"), "AlertList"),
});
const alert = createRoute({
  getParentRoute: () => project,
  path: "alerts/$alert",
  validateSearch: (search: Record<string, unknown>): AlertSearch => ({ metric: text(search.metric), edit: flag(search.edit) }),
  component: lazyRouteComponent(() => import("@/rooms/alert/AlertRoom.tsx"), "AlertRoom"),
});
const reports = createRoute({ getParentRoute: () => project, path: "reports", component: lazyRouteComponent(() => import("@/rooms/report/ReportList.tsx"), "ReportList") });

const start = createRoute({ getParentRoute: () => project, path: "start", component: lazyRouteComponent(() => import("@/rooms/project/Start.tsx"), "Start") });

const live = createRoute({
  getParentRoute: () => project,
  path: "live",
  validateSearch: (search: Record<string, unknown>) => ({ tab: search.tab === "refused" ? ("refused" as const) : undefined, code: text(search.code), find: text(search.find) }),
  component: lazyRouteComponent(() => import("@/rooms/event/LiveRoom.tsx"), "LiveRoom"),
});

const plan = createRoute({
  getParentRoute: () => project,
  path: "plan",
  validateSearch: (search: Record<string, unknown>): PlanSearch => ({ tab: PLAN_TABS.find((tab) => tab === search.tab), event: text(search.event), find: text(search.find) }),
  component: lazyRouteComponent(() => import("@/rooms/plan/PlanRoom.tsx"), "PlanRoom"),
});

const people = createRoute({
  getParentRoute: () => project,
  path: "people",
  validateSearch: (search: Record<string, unknown>) => ({ find: text(search.find) }),
  component: lazyRouteComponent(() => import("@/rooms/person/PeopleRoom.tsx"), "PeopleRoom"),
});
const person = createRoute({ getParentRoute: () => project, path: "people/$person", component: lazyRouteComponent(() => import("@/rooms/person/PersonRoom.tsx"), "PersonRoom") });

const seconds = (value: unknown): number | undefined => (value !== undefined && value !== "" && Number.isFinite(Number(value)) ? Number(value) : undefined);
const recordings = createRoute({
  getParentRoute: () => project,
  path: "recordings",
  validateSearch: (search: Record<string, unknown>): RecordingsSearch => ({ q: search.q, r: text(search.r), s: text(search.s) }),
  component: lazyRouteComponent(() => import("@/rooms/recording/RecordingsRoom.tsx"), "RecordingsRoom"),
});
const recording = createRoute({
  getParentRoute: () => project,
  path: "recordings/$session",
  validateSearch: (search: Record<string, unknown>): PlayerSearch => ({ t: seconds(search.t), instant: text(search.instant), q: search.q, task: text(search.task), v: search.v }),
  component: lazyRouteComponent(() => import("@/rooms/recording/PlayerRoom.tsx"), "PlayerRoom"),
});
/** For those who were given a link: nobody is signed in. */
const sharedRecording = createRoute({
  getParentRoute: () => root,
  path: "/shared/recordings/$token",
  validateSearch: (search: Record<string, unknown>): { t?: number } => ({ t: seconds(search.t) }),
  component: lazyRouteComponent(() => import("@/rooms/recording/SharedRoom.tsx"), "SharedRoom"),
});

const sharedBoard = createRoute({
  getParentRoute: () => root,
  path: "/shared/boards/$token",
  validateSearch: (search: Record<string, unknown>): SharedBoardSearch => ({ q: search.q, embed: text(search.embed) }),
  component: lazyRouteComponent(() => import("@/rooms/board/SharedBoardRoom.tsx"), "SharedBoardRoom"),
});

const settings = createRoute({ getParentRoute: () => project, path: "settings", component: lazyRouteComponent(() => import("@/rooms/project/Settings.tsx"), "Settings") });
const settingsTab = createRoute({ getParentRoute: () => project, path: "settings/$tab", component: lazyRouteComponent(() => import("@/rooms/project/Settings.tsx"), "Settings") });

const tree = root.addChildren([
  signIn,
  setUp,
  join,
  sharedRecording,
  sharedBoard,
  signedIn.addChildren([
    home,
    newProject,
    project.addChildren([projectHome, trends, funnels, retention, engagement, lifecycle, journeys, sessions, features, drivers, impact, friction, heatmaps, speed, errors, cohorts, cohort, boards, board, metrics, metric, metricTree, alerts, alert, reports, start, live, people, person, plan, recordings, recording, surveys, survey, tasks, task, userTests, userTest, interviews, study, participant, settings, settingsTab]),
  ]),
]);

export function makeRouter(client: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { client },
    parseSearch: readSearch,
    stringifySearch: writeSearch,
    defaultPreload: "intent",
    defaultPendingComponent: Waiting,
    defaultErrorComponent: RouteFailure,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
