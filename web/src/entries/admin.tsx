import "../base.css";
import "../admin/admin.css";
import { render } from "preact";
import { type AdminData, AdminPage } from "../admin/AdminPage.tsx";
import { mountPoint, pageData } from "../page.ts";

render(<AdminPage data={pageData<AdminData>()} />, mountPoint());
