import "@fontsource-variable/inter/wght.css";
import "@/ui/tokens.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "@/api/client.ts";
import { Speaking } from "@/i18n/language.tsx";
import { Themed } from "@/ui/theme.tsx";
import { Toasts } from "@/ui/Toast.tsx";
import { makeRouter } from "./router.tsx";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500),
    },
  },
});
const router = makeRouter(client);

// These are for people who are not signed in.
const PUBLIC = /^\/(signin|setup|join|shared)\b/;

// A session that ended while a screen was open: back to the sign-in page, and to the same place after it.
client.getQueryCache().subscribe((event) => {
  if (event.type === "updated" && event.action.type === "error" && event.action.error instanceof ApiError && event.action.error.status === 401) {
    const here = location.pathname + location.search;
    if (!PUBLIC.test(here)) location.assign(`/signin?to=${encodeURIComponent(here)}`);
  }
});

const root = document.getElementById("root");
if (!root) throw new Error("no element to draw in");
createRoot(root).render(
  <StrictMode>
    <Themed>
      <Speaking>
        <QueryClientProvider client={client}>
          <Toasts>
            <RouterProvider router={router} />
          </Toasts>
        </QueryClientProvider>
      </Speaking>
    </Themed>
  </StrictMode>,
);
