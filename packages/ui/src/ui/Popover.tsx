// A panel that opens beside what one clicked, closes with Escape or a click elsewhere, and gives focus back.
import { autoUpdate, flip, FloatingFocusManager, FloatingNode, FloatingPortal, FloatingTree, offset, shift, size, useClick, useDismiss, useFloating, useFloatingNodeId, useFloatingParentNodeId, useInteractions, useRole, type Placement } from "@floating-ui/react";
import { useState, type HTMLProps, type ReactNode, type Ref } from "react";
import { useLayer } from "./layer.ts";
import styles from "./Popover.module.css";

type TriggerProps = HTMLProps<HTMLButtonElement> & { ref: Ref<HTMLButtonElement>; type: "button" };

interface PopoverProps {
  trigger: (props: TriggerProps, open: boolean) => ReactNode;
  children: (close: () => void) => ReactNode;
  label: string;
  placement?: Placement;
  /** Opens at once: for a chip that was just added and waits for its choice. */
  startOpen?: boolean;
  onClose?: () => void;
}

/** One may open another inside it: a click in the inner one is no click elsewhere for the outer one. */
export function Popover(props: PopoverProps) {
  const isInside = useFloatingParentNodeId() !== null;
  if (isInside) return <Branch {...props} />;
  return (
    <FloatingTree>
      <Branch {...props} />
    </FloatingTree>
  );
}

function Branch({ trigger, children, label, placement = "bottom-start", startOpen = false, onClose }: PopoverProps) {
  const [open, setOpen] = useState(startOpen);
  const change = (next: boolean) => {
    setOpen(next);
    if (!next) onClose?.();
  };
  const nodeId = useFloatingNodeId();
  const layer = useLayer();
  const { refs, floatingStyles, context } = useFloating({
    nodeId,
    open,
    onOpenChange: change,
    placement,
    strategy: layer ? "fixed" : "absolute",
    whileElementsMounted: autoUpdate,
    middleware: [
      offset(4),
      flip({ padding: 8 }),
      shift({ padding: 8 }),
      size({
        padding: 8,
        apply: ({ availableHeight, elements }) => elements.floating.style.setProperty("--available-height", `${Math.max(180, availableHeight)}px`),
      }),
    ],
  });
  const { getReferenceProps, getFloatingProps } = useInteractions([useClick(context), useDismiss(context), useRole(context, { role: "dialog" })]);
  return (
    <FloatingNode id={nodeId}>
      {trigger({ ...getReferenceProps(), ref: refs.setReference, type: "button" } as TriggerProps, open)}
      {open && (
        <FloatingPortal root={layer ?? undefined}>
          <FloatingFocusManager context={context} modal={false} initialFocus={0}>
            <div ref={refs.setFloating} style={floatingStyles} className={styles.panel} aria-label={label} {...getFloatingProps()}>
              {children(() => change(false))}
            </div>
          </FloatingFocusManager>
        </FloatingPortal>
      )}
    </FloatingNode>
  );
}
