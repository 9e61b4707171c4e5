import { expect, test, vi } from "vitest";
import type * as Y from "yjs";
import { BOUNDS, type BoardElement } from "../../src/board/clean";
import { type FileData, Images, LIMITS, Made, MOST_KEPT, TooManyImages } from "../../src/board/images";
import { type Limits, type Picture, PictureError } from "../../src/ui/pictures";
import { localPair } from "../local_pair";

/** Stands for the canvas, which Node has not: what it made tells that it was asked. */
async function making(file: Blob, limits: Limits): Promise<Picture> {
  expect(limits).toMatchObject(LIMITS);
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] === 0) throw new PictureError("not_a_picture");
  return { bytes: new Uint8Array([...bytes, 7]), mime: "image/webp", width: 300, height: 200 };
}

function page() {
  const [mentor, mentee] = localPair();
  const files = (doc: Y.Doc) => doc.getMap<unknown>("files");
  const [here, there]: [FileData[], FileData[]] = [[], []];
  const drawn: BoardElement[] = [];
  const put: string[] = [];
  const ports = (shown: FileData[]) => ({
    show: (file: FileData) => shown.push(file),
    elements: () => drawn,
    put: (blob: string) => put.push(blob),
  });
  return {
    here,
    there,
    drawn,
    put,
    ports,
    mentor,
    mentee,
    files: files(mentor.doc),
    mine: new Images(mentor, files(mentor.doc), ports(here), making),
    theirs: new Images(mentee, files(mentee.doc), ports(there), making),
  };
}

const image = (fileId: string) => ({ type: "image", fileId }) as BoardElement;
const bytesOf = (file: FileData | undefined) =>
  [...atob(file?.dataURL.split(",")[1] ?? "")].map((one) => one.charCodeAt(0));

/** Whatever would have happened by now has. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}

const until = (done: () => boolean) => vi.waitUntil(done, { timeout: 30_000, interval: 1 });

test("made anew before it is kept, and once more before the other sees it", async () => {
  const { mine, theirs, here, there, files, drawn, put } = page();
  const { fileId, width, height } = await mine.add(new Blob([new Uint8Array([1, 2])]));
  expect([width, height]).toEqual([300, 200]);
  expect(bytesOf(here[0])).toEqual([1, 2, 7]);
  expect(files.get(fileId)).toMatchObject({ mime: "image/webp", width: 300, height: 200 });
  expect(files.get(fileId)).toMatchObject({ blob: put[0] });
  drawn.push(image(fileId), image(fileId));
  theirs.want();
  await until(() => there.length > 0);
  expect(there).toHaveLength(1);
  expect(there[0]).toMatchObject({ id: fileId, mimeType: "image/webp" });
  expect(bytesOf(there[0])).toEqual([1, 2, 7, 7]);
});

test("what is no picture is neither kept nor shown", async () => {
  const { mine, here, files } = page();
  await expect(mine.add(new Blob([new Uint8Array([0])]))).rejects.toThrow(PictureError);
  expect([here.length, files.size]).toEqual([0, 0]);
});

test("a blob of the other's that is no picture is not shown, and not asked for for ever", async () => {
  const { theirs, there, files, mentor, drawn, ports } = page();
  const { id } = await mentor.putBlob(new Uint8Array([0, 1]));
  files.set("f1", { blob: id });
  drawn.push(image("f1"));
  let asked = 0;
  const getBlob = (blob: string) => {
    asked++;
    return mentor.getBlob(blob);
  };
  const counting = new Images({ putBlob: mentor.putBlob, getBlob }, files, ports(there), making);
  for (let turn = 0; turn < 3; turn++) {
    counting.want();
    await turns();
  }
  theirs.want();
  await turns();
  expect([there.length, asked]).toEqual([0, 1]);
});

test("what did not come is asked for again", async () => {
  const { mentor, files, there, drawn, ports } = page();
  drawn.push(image("f1"));
  const { id } = await mentor.putBlob(new Uint8Array([5]));
  files.set("f1", { blob: id });
  let down = true;
  const getBlob = (blob: string) => (down ? Promise.reject(new Error("offline")) : mentor.getBlob(blob));
  const images = new Images({ putBlob: mentor.putBlob, getBlob }, files, ports(there), making);
  images.want();
  await turns();
  down = false;
  images.want();
  await until(() => there.length > 0);
  expect(there).toHaveLength(1);
});

test("a page holds so many pictures that are seen, whatever was there before, and no more are fetched", async () => {
  const { mine, theirs, files, there, drawn, mentor } = page();
  const { id } = await mentor.putBlob(new Uint8Array([5]));
  for (let n = 0; n < 2 * BOUNDS.images; n++) files.set(`f${n}`, { blob: id });
  await expect(mine.add(new Blob([new Uint8Array([1])]))).resolves.toBeDefined();
  for (let n = 0; n < BOUNDS.images; n++) drawn.push(image(`f${n}`), image(`f${n}`));
  await expect(mine.add(new Blob([new Uint8Array([1])]))).rejects.toThrow(TooManyImages);
  drawn.push(image("one-more"));
  files.set("one-more", { blob: id });
  theirs.want();
  await until(() => there.length >= BOUNDS.images);
  await turns();
  expect(there).toHaveLength(BOUNDS.images);
});

test("what names no blob of ours is not fetched", async () => {
  const { theirs, files, there, drawn } = page();
  files.set("f0", { blob: "../x" });
  drawn.push(...["__proto__", "nothing", "f0"].map(image));
  theirs.want();
  await turns();
  expect(there).toHaveLength(0);
});

test("what was seen once is there when the board is opened again, also while nothing can be fetched", async () => {
  const { mine, theirs, there, files, drawn, ports, mentor, mentee } = page();
  const { fileId } = await mine.add(new Blob([new Uint8Array([1, 2])]));
  drawn.push(image(fileId));
  theirs.want();
  await until(() => there.length > 0);
  for (const sharing of [mentor, mentee]) {
    sharing.getBlob = () => Promise.reject(new Error("the line is down"));
    const shown: FileData[] = [];
    new Images(sharing, files, ports(shown), making).want();
    await until(() => shown.length > 0);
    expect(shown[0]?.id).toBe(fileId);
  }
});

test("of what is kept the longest unseen goes first, and never more is kept than allowed", () => {
  const made = Made.of({});
  const picture = (part: number): Picture => {
    return { bytes: new Uint8Array(MOST_KEPT / part), mime: "image/webp", width: 1, height: 1 };
  };
  const kept = () => ["a", "b", "c", "d"].filter((blob) => made.get(blob) !== undefined);
  made.put("a", picture(4));
  made.put("b", picture(4));
  made.put("c", picture(4));
  made.put("a", picture(4));
  made.put("d", picture(2));
  expect(kept()).toEqual(["a", "c", "d"]);
  made.put("b", picture(0.5));
  expect(kept()).toEqual([]);
});
