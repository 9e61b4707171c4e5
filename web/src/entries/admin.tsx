import "../base.css";
import "../admin/admin.css";
import { render } from "preact";
import words from "../../words/en/admin.json";
import { type AdminData, AdminPage } from "../admin/AdminPage.tsx";
import { mountPoint, pageData } from "../page.ts";
import { bring } from "../words.ts";

bring(words);

render(<AdminPage data={pageData<AdminData>()} />, mountPoint());
