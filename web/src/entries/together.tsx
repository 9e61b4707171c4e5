/** `/r/{room}/topics`, `notes`, `whiteboard`, `chat`. */
import "../base.css";
import "../together/together.css";
import { render } from "preact";
import { mountPoint, pageData } from "../page.ts";
import type { Id } from "../protocol";
import { TogetherPage } from "../together/TogetherPage";
import type { Panel } from "../together/together";

const { room, panel } = pageData<{ readonly room: Id; readonly panel: Panel }>();
render(<TogetherPage room={room} panel={panel} />, mountPoint());
