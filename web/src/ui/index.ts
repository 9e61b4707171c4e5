export { Button, type ButtonKind } from "./Button.tsx";
export { Check } from "./Check.tsx";
export { Dialog } from "./Dialog.tsx";
export { Field } from "./Field.tsx";
export { Icon } from "./Icon.tsx";
export { Mark } from "./Mark.tsx";
export { Notice, type NoticeKind } from "./Notice.tsx";
export { type Choice, Radios } from "./Radios.tsx";
export { Switch } from "./Switch.tsx";
