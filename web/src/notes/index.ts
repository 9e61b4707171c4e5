export { NotesPanel, type Props as NotesProps } from "./NotesPanel.tsx";
export { SearchBox } from "./SearchBox.tsx";
export type { Found, Item as FoundItem, Kind as FoundKind } from "./search.ts";
