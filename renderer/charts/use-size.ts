/** The size an element has on screen, kept current, so that a chart can be laid out for it. */
import { type RefObject, useLayoutEffect, useRef, useState } from 'react'

export type Size = { readonly width: number; readonly height: number }

export function useSize<Shape extends Element>(): readonly [RefObject<Shape | null>, Size] {
  const ref = useRef<Shape | null>(null)
  const [size, setSize] = useState<Size>({ width: 0, height: 0 })
  useLayoutEffect(() => {
    const element = ref.current
    if (element === null) return undefined
    const measure = (): void => {
      const box = element.getBoundingClientRect()
      setSize((held) =>
        Math.abs(held.width - box.width) < 1 && Math.abs(held.height - box.height) < 1 ? held : { width: box.width, height: box.height },
      )
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [ref, size]
}
