import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface Props {
  readonly title: string;
  readonly open: boolean;
  /** Escape, or a press beside the dialog. */
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** The buttons, in reading order. */
  readonly actions: ComponentChildren;
}

/** The browser's own modal dialog: it keeps the focus inside and gives it back on closing. The dialog itself is focused
 * first, so that no answer is nearer than another. */
export function Dialog({ title, open, onClose, children, actions }: Props): JSX.Element {
  const id = useId();
  const node = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = node.current;
    if (!dialog) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the press beside it is a convenience; Escape does the same
    <dialog
      ref={node}
      class="dialog"
      aria-labelledby={id}
      tabIndex={-1}
      autofocus
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === node.current) onClose();
      }}
    >
      {open && (
        <div class="inside">
          <h2 id={id}>{title}</h2>
          {children}
          <div class="row">{actions}</div>
        </div>
      )}
    </dialog>
  );
}
