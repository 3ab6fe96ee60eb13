"""Pages: people."""

from fastapi import APIRouter

pages = APIRouter()
