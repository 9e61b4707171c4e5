import "../base.css";
import "../recordings/recordings.css";
import { render } from "preact";
import words from "../../words/en/recordings.json";
import { mountPoint, pageData } from "../page.ts";
import { RecordingsPage } from "../recordings/RecordingsPage.tsx";
import { bring } from "../words.ts";

bring(words);

const { room } = pageData<{ readonly room: string }>();
render(<RecordingsPage room={room} />, mountPoint());
