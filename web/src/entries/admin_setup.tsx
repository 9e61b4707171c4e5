import "../base.css";
import { render } from "preact";
import words from "../../words/en/admin.json";
import { SetupPage } from "../admin/SetupPage.tsx";
import { mountPoint } from "../page.ts";
import { bring } from "../words.ts";

bring(words);

// the token leaves the address at once, before it can be looked at, copied or kept in a history
const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
history.replaceState(null, "", location.pathname);
render(<SetupPage token={token} />, mountPoint());
