// All that needs Chromium, in one process: one Sillage, one browser.
import "./tag.test.mjs";
import "./friction.test.mjs";
import "./replay.test.mjs";
