import "../base.css";
import "../recordings/recordings.css";
import { render } from "preact";
import { mountPoint, pageData } from "../page.ts";
import { RecordingsPage } from "../recordings/RecordingsPage.tsx";

const { room } = pageData<{ readonly room: string }>();
render(<RecordingsPage room={room} />, mountPoint());
