"""Sources of what the browser loads: styles and modules of our own; `build` adds the pinned npm packages."""
