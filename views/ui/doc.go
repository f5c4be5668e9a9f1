// Package ui holds what every page is made of: the layout, forms, pagination,
// status words and charts.
package ui
