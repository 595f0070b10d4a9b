// All that needs Chromium, in one process: one Sillage, one browser.
import "./tag.test.mjs";
import "./summary.test.mjs";
import "./friction.test.mjs";
import "./replay.test.mjs";
import "./user-test.test.mjs";
